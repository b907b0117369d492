import { chmod, lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createContainerSandbox } from "../../../agents/container/sandbox.ts";
import { createPlainGit } from "../../../agents/git/git.ts";
import { runApart } from "../../../agents/tools/file-call.ts";
import { fileTools } from "../../../agents/tools/file-tools.ts";
import { ToolRefusal } from "../../../agents/tools/tool.ts";
import { openWorkTree } from "../../../agents/tools/work-tree.ts";
import type { ProgramRunner } from "../../../stacks/processes/program-run.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

// a user of this test alone: the sandbox ends everything of its user
const uid = 62_000 + (process.pid % 1_000);
const isRoot = process.getuid?.() === 0;

let scratch: Scratch;
let dir: string;
let sandbox: ReturnType<typeof createContainerSandbox>;

async function call(name: string, input: object, run: ProgramRunner = sandbox.run) {
  const tree = await openWorkTree(dir);
  const tool = fileTools(tree, createPlainGit(dir)).find((known) => known.name === name);
  if (tool === undefined) throw new Error(`There is no ${name}.`);
  const parsed = tool.input.parse(input);
  return runApart(tool, { dir, home: sandbox.home, run }).run(parsed, new AbortController().signal);
}

describe.skipIf(!isRoot)("file tools as the sandbox's user", () => {
  beforeEach(async () => {
    scratch = await makeScratch();
    await chmod(scratch.dir, 0o755);
    await mkdir(scratch.path("tmp"));
    sandbox = createContainerSandbox({
      place: { workDir: scratch.dir },
      instance: "developer",
      uid,
      tmpDirs: [scratch.path("tmp")],
      wrap: (argv) => ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--", ...argv],
    });
    await sandbox.prepare();
    dir = scratch.path("developer", "repo");
    await mkdir(dir);
    // a container's tree is its group's; here it is simply everybody's
    await chmod(dir, 0o777);
  });
  afterEach(async () => scratch[Symbol.asyncDispose]());

  it("write, read, find, list and patch", { timeout: 60_000 }, async () => {
    expect(await call("write_file", { path: "src/a.txt", content: "one\ntwo\n" })).toMatchObject({
      changed: true,
    });
    expect((await lstat(`${dir}/src/a.txt`)).uid).toBe(uid);
    expect(await call("read_file", { path: "src/a.txt" })).toMatchObject({ data: { text: "one\ntwo" } });
    expect(await call("search", { pattern: "two" })).toMatchObject({ data: { text: "src/a.txt:2: two" } });
    expect(await call("list_files", {})).toMatchObject({ data: { text: "src/\nsrc/a.txt" } });
    const patch = "--- a/src/a.txt\n+++ b/src/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n";
    expect(await call("apply_patch", { patch })).toMatchObject({ changed: true });
    expect(await readFile(`${dir}/src/a.txt`, "utf8")).toBe("one\nthree\n");
    await expect(call("apply_patch", { patch })).rejects.toThrow(/does not apply/);
  });

  it("reach nothing that is the agent's, whatever path they are given", { timeout: 60_000 }, async () => {
    await writeFile(`${dir}/own.txt`, "the agent's", { mode: 0o600 });
    await writeFile(scratch.path("seed.nk"), "the agent's", { mode: 0o600 });
    await symlink(scratch.path("seed.nk"), `${dir}/link.txt`);
    await expect(call("read_file", { path: "own.txt" })).rejects.toThrow(/EACCES/);
    await expect(call("read_file", { path: "link.txt" })).rejects.toThrow(/leads out/);
    expect(await call("search", { pattern: "agent" })).toMatchObject({ note: "0 lines." });
    // as if the checks of paths had been talked round
    for (const away of [scratch.dir, "/proc/self/root/root", `/proc/${process.pid}`]) {
      dir = away;
      await expect(call("read_file", { path: away === scratch.dir ? "seed.nk" : "environ" })).rejects.toThrow(
        ToolRefusal,
      );
    }
  });

  it("a process that says something else is refused, not believed", async () => {
    const says =
      (stdout: string): ProgramRunner =>
      async () => ({
        exitCode: 0,
        signal: undefined,
        stderr: "",
        timedOut: false,
        cancelled: false,
        tookMs: 1,
        stdout,
      });
    for (const text of [
      "",
      "{}",
      '{"answer":{"summary":"done"}}',
      '{"answer":{"data":{"origin":"operator"}}}',
    ])
      await expect(call("read_file", { path: "a" }, says(text))).rejects.toThrow(/did not end well/);
    await expect(call("read_file", { path: "a" }, says('{"refusal":"no"}'))).rejects.toThrow("no");
  });
});
