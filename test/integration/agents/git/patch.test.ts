import { lstat, readFile, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshotTree, treeOf } from "../../../../agents/git/commit.ts";
import { diffStats, diffText } from "../../../../agents/git/diff.ts";
import { applyPatches } from "../../../../agents/git/patch.ts";
import { checkoutCommit } from "../../../../agents/git/repositories.ts";
import type { Workspace } from "../../../../agents/git/workspace.ts";
import { createUserRepo, replaceLine, type UserRepo } from "../../../agents/user-repo.ts";

async function laidOut(user: UserRepo): Promise<Workspace> {
  const workspace = await user.open();
  await checkoutCommit(workspace.git, workspace.base.commit);
  return workspace;
}

/** Expects a refusal that leaves the work tree as it was. */
async function expectRefused(user: UserRepo, patch: string, code: string): Promise<void> {
  const { git, base } = await laidOut(user);
  await expect(applyPatches(git, [patch])).rejects.toMatchObject({ code, kind: "invalid_input" });
  expect(await snapshotTree(git, base.commit)).toBe(await treeOf(git, base.commit));
}

const addition = (path: string, mode = "100644", text = "x"): string =>
  [
    `diff --git a/${path} b/${path}`,
    `new file mode ${mode}`,
    "--- /dev/null",
    `+++ b/${path}`,
    "@@ -0,0 +1 @@",
    `+${text}`,
    "",
  ].join("\n");

test("patches are applied in order, additions and deletions too", async () => {
  await using user = await createUserRepo({ "hello.txt": "hello\n", "old.txt": "old\n" });
  const { git, dir } = await laidOut(user);
  const removal =
    "diff --git a/old.txt b/old.txt\ndeleted file mode 100644\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n";
  await applyPatches(git, [
    replaceLine("hello.txt", "hello", "hi"),
    replaceLine("hello.txt", "hi", "hi there"),
    removal,
    addition("a b/ü.txt"),
  ]);
  expect(await readFile(join(dir, "hello.txt"), "utf8")).toBe("hi there\n");
  expect(await readFile(join(dir, "a b/ü.txt"), "utf8")).toBe("x\n");
  expect(await git.run(["status", "--porcelain"])).toBe('A  "a b/ü.txt"\nM  hello.txt\nD  old.txt\n');
});

test("a patch whose context moved is merged by its blob", async () => {
  await using user = await createUserRepo({ "list.txt": "1\n2\n3\n4\n5\n6\n7\n8\n" });
  const before = await user.git("rev-parse", "HEAD");
  await user.commit({ "list.txt": "1\n2\n3\n4\n5\n6\n7\neight\n" });
  const patch = `${await user.git("diff", "--full-index", before, "HEAD")}\n`;
  await user.git("reset", "--quiet", "--hard", before);
  await user.commit({ "list.txt": "one\n2\n3\n4\nfive\n6\n7\n8\n" });
  const { git, dir } = await laidOut(user);
  await applyPatches(git, [patch]);
  expect(await readFile(join(dir, "list.txt"), "utf8")).toBe("one\n2\n3\n4\nfive\n6\n7\neight\n");
});

test.each([
  ["a line that is not there", replaceLine("hello.txt", "good day", "bye")],
  ["a file that is not there", replaceLine("missing.txt", "hello", "bye")],
  ["what is no patch", "please change hello to bye\n"],
  ["a patch that is cut off", replaceLine("hello.txt", "hello", "bye").slice(0, -8)],
])("a patch with %s is refused with git's reason", async (_name, patch) => {
  await using user = await createUserRepo();
  await expectRefused(user, patch, "patch_does_not_apply");
});

test("the reason names the patch and the file", async () => {
  await using user = await createUserRepo();
  const { git } = await laidOut(user);
  const patches = [replaceLine("hello.txt", "hello", "hi"), replaceLine("hello.txt", "hello", "bye")];
  await expect(applyPatches(git, patches)).rejects.toThrow(/^Patch 2 of 2 does not apply: .*hello\.txt/s);
});

test.each([
  ["the tree above", "../evil.txt"],
  ["an absolute path", "/tmp/evil.txt"],
  ["git's own directory", ".git/hooks/pre-commit"],
  ["git's own directory in another case", ".GIT/config"],
  ["a nested git directory", "sub/.git/config"],
  ["hooks that a tool installs", ".husky/pre-commit"],
  ["hooks that a tool installs, deeper", "web/.githooks/post-merge"],
])("a patch of %s is refused", async (_name, path) => {
  await using user = await createUserRepo();
  await expectRefused(user, addition(path), "patch_path_refused");
});

test("a directory of the project named hooks is an ordinary one", async () => {
  await using user = await createUserRepo();
  const { git, dir } = await laidOut(user);
  await applyPatches(git, [addition("src/hooks/use-cart.ts")]);
  expect(await readFile(join(dir, "src/hooks/use-cart.ts"), "utf8")).toBe("x\n");
});

test("a patch that makes, changes or goes through a symbolic link is refused", async () => {
  await using user = await createUserRepo();
  await symlink("/etc", join(user.dir, "link"));
  await user.commit({});
  const to = (path: string, target: string): string =>
    `${addition(path, "120000", target)}\\ No newline at end of file\n`;
  await expectRefused(user, to("escape", "/etc/passwd"), "patch_mode_refused");
  await expectRefused(user, addition("link/evil"), "patch_path_refused");
  const retarget =
    "diff --git a/link b/link\nindex 3594e94..0000000 120000\n--- a/link\n+++ b/link\n@@ -1 +1 @@\n-/etc\n\\ No newline at end of file\n+/root\n\\ No newline at end of file\n";
  await expectRefused(user, retarget, "patch_mode_refused");
  const { dir } = await laidOut(user);
  expect((await lstat(join(dir, "link"))).isSymbolicLink()).toBe(true);
  expect(await readlink(join(dir, "link"))).toBe("/etc");
});

test("a patch that adds a submodule is refused", async () => {
  await using user = await createUserRepo();
  const commit = "1".repeat(40);
  await expectRefused(user, addition("lib", "160000", `Subproject commit ${commit}`), "patch_mode_refused");
});

test("the diff of a change counts what its stats say, binary files too", async () => {
  await using user = await createUserRepo();
  const from = await user.git("rev-parse", "HEAD");
  const to = await user.commit({ "hello.txt": "a\nb\n", "tab\tname": "x\n", "blob.bin": "\0\u0001\0" });
  const { git } = await user.open();
  expect(await diffStats(git, from, to)).toEqual({
    files: ["blob.bin", "hello.txt", "tab\tname"],
    insertions: 3,
    deletions: 1,
  });
  expect(await diffText(git, from, to)).toContain("Binary files /dev/null and b/blob.bin differ");
});
