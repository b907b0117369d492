import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createContainerSandbox, createProcessSandbox } from "../../../agents/container/sandbox.ts";
import { processesOf } from "../../../agents/container/user-processes.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

// a user of this test alone: the sandbox ends everything of its user
const uid = 61_000 + (process.pid % 1_000);
const isRoot = process.getuid?.() === 0;

let scratch: Scratch;
let tree: string;
const env = { PATH: process.env["PATH"] ?? "" };

function openSandbox() {
  return createContainerSandbox({
    place: { workDir: scratch.dir },
    instance: "developer",
    uid,
    tmpDirs: [scratch.path("tmp")],
    wrap: (argv) => [
      "setpriv",
      `--reuid=${uid}`,
      `--regid=${uid}`,
      "--clear-groups",
      "--inh-caps=-all",
      "--no-new-privs",
      "--",
      ...argv,
    ],
  });
}

beforeEach(async () => {
  scratch = await makeScratch();
  await chmod(scratch.dir, 0o755);
  await mkdir(scratch.path("tmp"));
  await chmod(scratch.path("tmp"), 0o1777);
});
afterEach(async () => scratch[Symbol.asyncDispose]());

describe.skipIf(!isRoot)("the sandbox of a container", () => {
  beforeEach(async () => {
    await openSandbox().prepare();
    tree = scratch.path("developer", "repo");
    await mkdir(tree);
    // a container's tree is its group's; here it is simply everybody's
    await chmod(tree, 0o777);
  });
  const run = (script: string, timeoutMs = 20_000) =>
    openSandbox().run(["sh", "-c", script], { cwd: tree, env, timeoutMs });

  it("runs as its own user, which has nothing", async () => {
    const { stdout } = await run("id -u; id -G; grep ^CapEff: /proc/self/status; echo $HOME");
    expect(stdout.trim().split("\n")).toEqual([
      String(uid),
      String(uid),
      expect.stringMatching(/0000000000000000$/),
      scratch.path("developer", ".home"),
    ]);
  });

  it("ends a daemon that went its own way, even one that holds the output open", async () => {
    const startMs = performance.now();
    const { stdout } = await run(
      "setsid -f sleep 300; setsid -f sh -c 'trap \"\" TERM; sleep 300'; echo done",
    );
    expect(stdout).toBe("done\n");
    expect(processesOf(uid)).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it("ends who forks for ever", async () => {
    const { timedOut } = await run("f() { sleep 0.01; f & f & wait; }; ulimit -u 60; f", 1_500);
    expect(timedOut).toBe(true);
    expect(processesOf(uid)).toEqual([]);
  }, 30_000);

  it("removes what programs left in places of everybody", async () => {
    await writeFile(scratch.path("tmp", "ours"), "");
    await run(`mkdir -p ${scratch.path("tmp")}/a/b; echo x > ${scratch.path("tmp")}/a/b/c`);
    expect(await stat(scratch.path("tmp", "a")).catch(() => "gone")).toBe("gone");
    expect(await readFile(scratch.path("tmp", "ours"), "utf8")).toBe("");
  });

  it("makes what programs locked theirs readable again", async () => {
    await run(
      "mkdir -p locked/deep; echo x > locked/deep/file; chmod 000 locked/deep/file locked/deep locked",
    );
    expect((await stat(join(tree, "locked", "deep", "file"))).mode & 0o770).toBe(0o660);
  });

  it("empties a tree of both users, without following links", async () => {
    await writeFile(scratch.path("precious"), "kept");
    await run("mkdir -p d/e; echo x > d/e/f; chmod 500 d/e");
    await writeFile(join(tree, "ours"), "");
    await symlink(scratch.dir, join(tree, "link"));
    await openSandbox().empty(tree);
    expect(await readFile(scratch.path("precious"), "utf8")).toBe("kept");
    await expect(lstat(join(tree, "link"))).rejects.toThrow(/ENOENT/);
  });

  it("does not take a link for its directory", async () => {
    await symlink(scratch.path("tmp"), scratch.path("other"));
    const sandbox = createContainerSandbox({ place: { workDir: scratch.dir }, instance: "other", uid });
    await expect(sandbox.prepare()).rejects.toMatchObject({ code: "work_place_taken" });
  });
});

it("stands aside where everything is one user", async () => {
  const sandbox = createProcessSandbox(scratch.path("home"));
  await sandbox.prepare();
  const { exitCode } = await sandbox.run(["true"], { cwd: scratch.dir, env, timeoutMs: 5_000 });
  expect({ exitCode, treesDir: sandbox.treesDir }).toEqual({ exitCode: 0, treesDir: undefined });
  expect((await stat(sandbox.home)).mode & 0o777).toBe(0o700);
});
