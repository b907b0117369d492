import { randomBytes } from "node:crypto";
import { access, readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import type { JobView, StackAction } from "../../bus/messages/stack-jobs.ts";
import { freePort } from "../../bus/server/ready.ts";
import { connectOperator } from "../../cli/place/connection.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, type Project } from "./installation.ts";

/** Has the monitor do something to its end, as the page does. */
async function inMonitor(project: Project, action: StackAction): Promise<JobView> {
  const { natsUrl = "", credsDir = "" } = await project.installation();
  await using bus = await connectOperator({ servers: natsUrl, credsDir, prefix: project.prefix });
  const id = randomBytes(6).toString("hex");
  let job = await bus.question("monitor.act", { id, action, by: "ada" });
  while (job.state === "running") job = await bus.question("monitor.job", { id, waitMs: 5_000 });
  return job;
}

/** Sets values as the page does. */
async function setValues(project: Project, values: Record<string, string>): Promise<string[]> {
  const { natsUrl = "", credsDir = "" } = await project.installation();
  await using bus = await connectOperator({ servers: natsUrl, credsDir, prefix: project.prefix });
  return (await bus.question("monitor.env-set", { values })).updated;
}

describeWithEngine("a monitor in a container", () => {
  test("mends and clones what it may not write itself, and looks at devices", async () => {
    const image = "busybox:latest";
    await using project = await makeProject(await freePort(), { runtime: "docker" });
    const name = `${project.prefix}-mend`;
    const binds = ["./app.conf:/app.conf:ro", "./data:/data"];
    await project.write(
      "app/mend/compose.yaml",
      `name: ${name}\nservices:\n  web: {image: "${image}", command: sleep 600, volumes: ${JSON.stringify(binds)}, environment: {MEND_PASSWORD: "\${MEND_PASSWORD:?}", TEXT: "\${MEND_TEXT:-a}"}}\n`,
    );
    await project.write("app/mend/app.conf.example", "x=1\n");
    const bare = project.path("..", "source");
    await project.git("clone", "--quiet", "--bare", project.path(), bare);
    const env = await readFile(project.path("dockfra", ".env"), "utf8");
    const branch = await project.git("branch", "--show-current");
    await writeFile(
      project.path("dockfra", ".env"),
      `${env}GIT_REPO_URL=file://${bare}\nGIT_BRANCH=${branch}\n`,
    );
    await project.write(
      "app/dockfra.yaml",
      `${await readFile(project.path("dockfra.yaml"), "utf8")}  kiosk: {target: device, host: 127.0.0.1, port: 1, user: pi, path: /srv/kiosk, url: "http://127.0.0.1:1"}\n`,
    );
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true, runtime: "docker" });

    const { findings } = await project.json("preflight", name);
    const fixes = z
      .array(z.object({ fixes: z.array(z.object({ id: z.string(), code: z.string() })).default([]) }))
      .parse(findings)
      .flatMap((finding) => finding.fixes);
    expect(fixes.map(({ code }) => code).toSorted()).toEqual([
      "fix_directory_create",
      "fix_file_from_example",
      "fix_secret_generate",
    ]);
    for (const { id } of fixes) expect(await project.cli("fix", id)).toMatchObject({ exitCode: 0 });
    expect(await readFile(project.path("mend", "app.conf"), "utf8")).toBe("x=1\n");
    expect((await stat(project.path("mend", "data"))).uid).toBe(process.getuid?.());
    const readValues = () => readFile(project.path("dockfra", ".env"), "utf8");
    expect(await readValues()).toMatch(/^MEND_PASSWORD=.{16,}$/m);
    expect(await setValues(project, { MEND_TEXT: "b c", PATH: "/tmp" })).toEqual(["MEND_TEXT"]);
    expect(await readValues()).toMatch(/^MEND_TEXT='b c'$/m);
    for (const { id } of fixes) expect(await project.cli("fix", "undo", id)).toMatchObject({ exitCode: 0 });
    for (const made of ["app.conf", "data"])
      await expect(stat(project.path("mend", made))).rejects.toThrow(/ENOENT/);
    expect(await readValues()).not.toContain("MEND_PASSWORD");

    const cloned = await inMonitor(project, { do: "clone-app" });
    expect(cloned).toMatchObject({ state: "done", result: { dir: project.path("app"), branch } });
    expect(cloned.log.join("\n")).toMatch(/Receiving objects/);
    await access(project.path("app", "server.js"));
    expect(await project.json("devices")).toMatchObject({
      ok: true,
      devices: [{ name: "kiosk", simulated: false, running: false, ssh: "pi@127.0.0.1:1" }],
    });
  });
});
