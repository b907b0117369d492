import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeScratch } from "../support/scratch.ts";
import { makeProject } from "./installation.ts";

/** Contents, modes and modification times of everything below a directory but Dockfra's own state and git's objects. */
async function checksums(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = async (dir: string): Promise<void> => {
    for (const entry of await readdir(join(root, dir), { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (path === "dockfra" || path === ".git") continue;
      if (entry.isDirectory()) await visit(path);
      else {
        const content = entry.isSymbolicLink()
          ? await readlink(join(root, path))
          : await readFile(join(root, path));
        found[path] = createHash("sha256").update(content).digest("hex");
      }
    }
  };
  await visit("");
  return found;
}

/** Names that releases of a project gave to images. */
async function imageNames(project: string): Promise<string[]> {
  const { stdout } = await execa("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}"]);
  return stdout.split("\n").filter((name) => name.startsWith(`${project}-`));
}

const compose = (name: string): string =>
  [
    `name: ${name}`,
    "services:",
    "  web:",
    "    image: busybox:${TAG:-latest}",
    "    command: [sleep, infinity]",
    "    init: true",
    "    stop_grace_period: 1s",
    "    environment: { GREETING: '${GREETING:?say something}' }",
    "",
  ].join("\n");

describeWithEngine("a project that Dockfra was on", () => {
  test("has the same files as before: discovered, configured, launched, stopped, Dockfra removed", async () => {
    await using project = await makeProject(await freePort());
    const name = `dfu-${process.pid}`;
    await mkdir(project.path("extra"));
    await writeFile(project.path("extra", "compose.yaml"), `# mine\r\n${compose(name)}`);
    await writeFile(project.path("extra", ".env"), "# kept\nUNUSED='1'\n");
    const before = await checksums(project.path());
    try {
      expect(await project.json("discover")).toMatchObject({ ok: true });
      expect(await project.json("up", "--detach")).toMatchObject({ ok: true });
      const missing = (await project.json("stacks")) as { stacks: { name: string }[] };
      expect(missing.stacks.find((stack) => stack.name === name)).toMatchObject({
        missing: ["GREETING"],
        running: "none",
      });
      expect(await project.json("env", "set", "GREETING", "hello $(x)")).toMatchObject({ ok: true });
      expect(await project.cli("launch", name)).toMatchObject({ exitCode: 0 });
      const launched = (await project.json("stacks")) as { stacks: { name: string }[] };
      expect(launched.stacks.find((stack) => stack.name === name)).toMatchObject({
        source: "root",
        running: "all",
        missing: [],
      });
      expect(await project.cli("stop", name)).toMatchObject({ exitCode: 0 });
      expect(await imageNames(name)).not.toEqual([]);
      expect(await project.cli("down", "--purge", "--yes")).toMatchObject({ exitCode: 0 });
      expect(await imageNames(name)).toEqual([]);
      expect(await checksums(project.path())).toEqual(before);
    } finally {
      await execa("docker", ["compose", "--project-name", name, "down", "--timeout", "1"], { reject: false });
    }
  });

  test("sees what runs from elsewhere where it is, and as the labels say once the files are gone", async () => {
    await using project = await makeProject(await freePort());
    await using elsewhere = await makeScratch();
    const name = `dfx-${process.pid}`;
    await elsewhere.write("shop/compose.yaml", compose(name));
    await elsewhere.write("shop/.env", "GREETING=hidden-words\n");
    const dir = elsewhere.path("shop");
    const find = async (): Promise<unknown> => {
      const { stacks } = (await project.json("stacks")) as { stacks: { name: string }[] };
      return stacks.find((stack) => stack.name === name);
    };
    try {
      expect(await project.json("up", "--detach")).toMatchObject({ ok: true });
      expect(await find()).toBeUndefined();
      await execa("docker", ["compose", "up", "--detach"], { cwd: dir });
      expect(await find()).toMatchObject({
        ...{ source: "engine", absoluteDir: dir, running: "all", deployable: false },
        variables: ["GREETING", "TAG"],
        services: [{ name: "web", image: "busybox:latest" }],
      });
      expect(JSON.stringify(await find())).not.toContain("hidden-words");
      await elsewhere.write("shop/compose.yaml", "services: [");
      expect(await find()).toMatchObject({ running: "all", variables: [], services: [{ name: "web" }] });
    } finally {
      await execa("docker", ["compose", "--project-name", name, "down", "--timeout", "1"], { reject: false });
    }
  });
});
