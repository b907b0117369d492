import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, ticketFile, type Project } from "./installation.ts";

/** Makes the project's app one that runs with Compose. */
async function useCompose(project: Project, port: number, tag: string): Promise<void> {
  const server = `import { createServer } from "node:http";
import { text } from "./text.js";
createServer((request, response) => response.end(request.url === "/health" ? "ok" : text)).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;
  await project.write("app/server.js", server);
  await project.write(
    "app/Dockerfile",
    'FROM node:24-bookworm-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n',
  );
  await project.write("app/.dockerignore", "dockfra\n.git\n");
  await project.write(
    "app/compose.yaml",
    `name: ${tag}\nservices:\n  app:\n    build: .\n    ports: ["127.0.0.1:${port}:8080"]\n    stop_grace_period: 1s\n`,
  );
  await project.write(
    "app/dockfra.yaml",
    `test: [node, --test]\nincidents: {quiet_s: 5, checks_every_s: 1}\ndeploy: {app: {target: compose, project: ${tag}, url: "http://127.0.0.1:${port}", health: /health}}\n`,
  );
  await project.git("add", "--all");
  await project.git(
    "-c",
    "user.name=U",
    "-c",
    "user.email=u@example.org",
    "commit",
    "--quiet",
    "--message",
    "Compose",
  );
}

const docker = async (...words: readonly string[]): Promise<string> =>
  (await execa("docker", [...words], { reject: false })).stdout;

describeWithEngine("a ticket's change", () => {
  test("is seen running before it is approved, and its preview goes when the ticket is over", async () => {
    const port = await freePort();
    const tag = `dfw${port}`;
    await using project = await makeProject(port);
    await useCompose(project, port, tag);
    try {
      await project.json("up", "--detach");
      const file = await project.write(
        "ticket.md",
        ticketFile("Greet the world", "Hello there", "Hello world"),
      );
      expect(await project.cli("preview", "open", "T-0001")).toMatchObject({
        exitCode: expect.any(Number),
        stdout: "",
      });
      await project.cli("ticket", "create", "--file", file);
      expect(await project.cli("ticket", "wait", "1", "--for", "approving", "--timeout", "60")).toMatchObject(
        { exitCode: 0 },
      );

      const opened = await project.json("preview", "open", "1");
      expect(opened).toMatchObject({
        ok: true,
        job: { state: "done", result: { ticket: "T-0001", project: `${tag}-t0001` } },
      });
      const { url } = (opened["job"] as { result: { url: string } }).result;
      expect(await (await fetch(url)).text()).toBe("Hello world");
      const shown = (await project.cli("ticket", "show", "T-0001")).stdout;
      expect(shown).toContain(url);
      expect(shown).toContain("Checks: 1 of 1 pass.");
      expect(shown).toContain(`preview at ${url}`);
      expect(await project.json("ticket", "list")).toMatchObject({ tickets: [{ previewUrl: url }] });
      expect((await project.cli("preview")).stdout).toContain(url);

      await project.cli("ticket", "cancel", "T-0001");
      await expect
        .poll(() => docker("ps", "--all", "--quiet", "--filter", `name=${tag}-t0001`), {
          timeout: 60_000,
          interval: 500,
        })
        .toBe("");
      await expect
        .poll(() => project.json("preview", "list"), { timeout: 60_000, interval: 500 })
        .toMatchObject({ ok: true, previews: [] });
      expect((await project.json("ticket", "show", "T-0001"))["ticket"]).not.toHaveProperty("previewUrl");
      expect(await project.json("incidents")).toMatchObject({ ok: true, incidents: [] });
    } finally {
      for (const kind of ["container", "network"]) {
        const ids = await docker(
          kind,
          "ls",
          "--quiet",
          ...(kind === "container" ? ["--all"] : []),
          "--filter",
          `name=${tag}`,
        );
        if (ids !== "")
          await docker(kind, "rm", ...(kind === "container" ? ["--force"] : []), ...ids.split("\n"));
      }
      const images = await docker("image", "ls", "--quiet", "--filter", `reference=${tag}*`);
      if (images !== "") await docker("image", "rm", "--force", ...new Set(images.split("\n")));
    }
  });
});
