import { chmod, link, lstat, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openTools } from "./tools-in-tree.ts";

vi.setConfig({ testTimeout: 30_000 });

describe("writing", () => {
  test("writes new and old files, keeps the mode, says where nothing changed", async () => {
    await using tools = await openTools();
    await tools.write("run.sh", "old\n");
    await chmod(join(tools.dir, "run.sh"), 0o755);
    expect(await tools.use("write_file", { path: "new/dir/a.txt", content: "hi\n" })).toMatchObject({
      ok: true,
      changed: true,
    });
    expect(await tools.use("write_file", { path: "run.sh", content: "new\n" })).toMatchObject({
      changed: true,
    });
    expect(await tools.use("write_file", { path: "run.sh", content: "new\n" })).toMatchObject({
      changed: false,
    });
    expect((await stat(join(tools.dir, "run.sh"))).mode & 0o777).toBe(0o755);
    expect(await readdir(tools.dir)).toEqual([".git", "new", "run.sh"]);
  });

  test.each([
    "/tmp/evil",
    "../evil",
    ".git/hooks/pre-commit",
    ".git/config",
    ".GIT/config",
    ".env",
    "sub/.npmrc",
    ".github/workflows/x.yml",
    ".husky/pre-commit",
    "dockfra.yaml",
    "CLAUDE.md",
    ".vscode/tasks.json",
    "linkdir/evil",
    "linkfile",
    "src",
    ".",
    "",
    "src/a.js/b",
    "a\0b",
  ])("does not write %s, by either tool", async (path) => {
    await using tools = await openTools();
    await tools.write("src/a.js", "x\n");
    await writeFile(tools.outside, "outside\n");
    await symlink(join(tools.dir, ".."), join(tools.dir, "linkdir"));
    await symlink(tools.outside, join(tools.dir, "linkfile"));
    const before = await readdir(join(tools.dir, ".git", "hooks")).catch(() => []);
    expect(await tools.use("write_file", { path, content: "evil" })).toMatchObject({ ok: false });
    for (const patch of [
      `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+evil\n`,
      `diff --git a/src/a.js b/${path}\nsimilarity index 100%\nrename from src/a.js\nrename to ${path}\n`,
    ])
      expect({ patch, ...(await tools.use("apply_patch", { patch })) }).toMatchObject({ patch, ok: false });
    expect(await readFile(tools.outside, "utf8")).toBe("outside\n");
    expect(await readFile(join(tools.dir, "src/a.js"), "utf8")).toBe("x\n");
    expect(await readdir(join(tools.dir, ".git", "hooks")).catch(() => [])).toEqual(before);
    expect(await readdir(join(tools.dir, ".."))).toEqual(["outside.txt", "tree"]);
  });

  test("a hard link to a file outside is replaced, not written through", async () => {
    await using tools = await openTools();
    await writeFile(tools.outside, "outside\n");
    await link(tools.outside, join(tools.dir, "a.txt"));
    expect(await tools.use("write_file", { path: "a.txt", content: "mine\n" })).toMatchObject({ ok: true });
    expect(await readFile(tools.outside, "utf8")).toBe("outside\n");
  });

  test("patches apply whole or not at all, also with wrong counts and in a fence", async () => {
    await using tools = await openTools();
    await tools.write("a.txt", "one\ntwo\nthree\n");
    await tools.write("b.txt", "b\n");
    const good = "--- a/a.txt\n+++ b/a.txt\n@@ -1,9 +1,9 @@\n one\n-two\n+TWO\n three";
    const bad = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-not there\n+x\n";
    expect(await tools.use("apply_patch", { patch: `${good}\n${bad}` })).toMatchObject({ ok: false });
    expect(await readFile(join(tools.dir, "a.txt"), "utf8")).toBe("one\ntwo\nthree\n");
    expect(await tools.use("apply_patch", { patch: `\`\`\`diff\n${good}\n\`\`\`\n` })).toMatchObject({
      ok: true,
      changed: true,
      note: "Changed a.txt.",
    });
    expect(await readFile(join(tools.dir, "a.txt"), "utf8")).toBe("one\nTWO\nthree\n");
  });

  test.each([
    [
      "a link",
      "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n",
    ],
    [
      "a submodule",
      "diff --git a/s b/s\nnew file mode 160000\nindex 0000000..1111111\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+Subproject commit 1111111111111111111111111111111111111111\n",
    ],
    [
      "an executable",
      "diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n",
    ],
    ["a change of mode", "diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n"],
    ["prose", "please change the file"],
  ])("%s is no patch for us", async (_, patch) => {
    await using tools = await openTools();
    await tools.write("a.txt", "a\n");
    expect(await tools.use("apply_patch", { patch })).toMatchObject({ ok: false });
    expect(await lstat(join(tools.dir, "l")).catch(() => undefined)).toBeUndefined();
    expect(await readlink(join(tools.dir, "l")).catch(() => "none")).toBe("none");
  });

  test("a file with hidden parts is patched, not overwritten", async () => {
    await using tools = await openTools();
    await tools.write("page.html", "<!-- note -->\n<p>old</p>\n");
    expect(await tools.use("write_file", { path: "page.html", content: "<p>new</p>\n" })).toMatchObject({
      ok: false,
    });
    const patch = "--- a/page.html\n+++ b/page.html\n@@ -2 +2 @@\n-<p>old</p>\n+<p>new</p>\n";
    expect(await tools.use("apply_patch", { patch })).toMatchObject({ ok: true });
    expect(await readFile(join(tools.dir, "page.html"), "utf8")).toBe("<!-- note -->\n<p>new</p>\n");
  });
});
