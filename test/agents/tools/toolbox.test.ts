import { execa } from "execa";
import {
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createGit } from "../../../agents/git/git.ts";
import { createRedactor } from "../../../agents/llm/redaction.ts";
import { applyPatchTool } from "../../../agents/tools/apply-patch.ts";
import { finishTool } from "../../../agents/tools/finish.ts";
import { listFilesTool } from "../../../agents/tools/list-files.ts";
import { readFileTool } from "../../../agents/tools/read-file.ts";
import { searchTool } from "../../../agents/tools/search.ts";
import { createToolbox } from "../../../agents/tools/toolbox.ts";
import { openWorkTree } from "../../../agents/tools/work-tree.ts";
import { writeFileTool } from "../../../agents/tools/write-file.ts";
import { makeScratch } from "../../support/scratch.ts";

const canary = "canary-secret-5d1c";

async function openTools() {
  const scratch = await makeScratch();
  const dir = scratch.path("tree");
  await mkdir(dir);
  await execa("git", ["init", "--quiet", dir]);
  const tree = await openWorkTree(dir);
  const git = createGit(join(dir, ".git"), dir);
  const tools = [
    listFilesTool(tree),
    readFileTool(tree),
    searchTool(tree),
    applyPatchTool(tree, git),
    writeFileTool(tree),
    finishTool,
  ];
  const toolbox = createToolbox(tools, createRedactor([canary]));
  const signal = new AbortController().signal;
  return {
    dir,
    outside: scratch.path("outside.txt"),
    specs: toolbox.specs,
    write: (name: string, text: string) => scratch.write(`tree/${name}`, text),
    raw: (name: string, argumentsText: string) => toolbox.call({ id: "c", name, argumentsText }, signal),
    async use(name: string, args: object) {
      const { ok, answer } = await toolbox.call(
        { id: "c", name, argumentsText: JSON.stringify(args) },
        signal,
      );
      return { ok, note: answer.note ?? "", text: answer.data?.text ?? "", changed: answer.changed };
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

describe("reading", () => {
  test("lists without what is secret or made by others", async () => {
    await using tools = await openTools();
    for (const name of [
      "src/a.js",
      "src/deep/b.js",
      ".env",
      ".env.example",
      "node_modules/x/index.js",
      "top.md",
    ])
      await tools.write(name, "x\n");
    const { text } = await tools.use("list_files", {});
    expect(text.split("\n")).toEqual([
      ".env.example",
      "node_modules/",
      "src/",
      "src/a.js",
      "src/deep/",
      "src/deep/b.js",
      "top.md",
    ]);
    expect((await tools.use("list_files", { path: "src", depth: 1 })).text).toBe("src/a.js\nsrc/deep/");
    expect(await tools.use("list_files", { path: "top.md" })).toMatchObject({ ok: false });
  });

  test("shows lines by number", async () => {
    await using tools = await openTools();
    await tools.write("a.txt", "one\ntwo\nthree\n");
    expect(await tools.use("read_file", { path: "a.txt", from: 2, to: 3 })).toMatchObject({
      text: "two\nthree",
      note: "Lines 2 to 3 of 3.",
    });
    expect(await tools.use("read_file", { path: "a.txt", from: 9 })).toMatchObject({ ok: false });
    expect(await tools.use("read_file", { path: "./a.txt" })).toMatchObject({ ok: true });
  });

  test("caps long files, refuses huge and binary ones", async () => {
    await using tools = await openTools();
    await tools.write("long.txt", "line\n".repeat(5_000));
    await tools.write("wide.txt", "x".repeat(300_000));
    await tools.write("huge.txt", "x".repeat(2_100_000));
    await tools.write("b.bin", "a\0b");
    expect((await tools.use("read_file", { path: "long.txt" })).note).toBe("Lines 1 to 800 of 5000.");
    expect((await tools.use("read_file", { path: "wide.txt" })).text.length).toBe(60_000);
    expect(await tools.use("read_file", { path: "huge.txt" })).toMatchObject({ ok: false });
    expect((await tools.use("read_file", { path: "b.bin" })).note).toContain("not text");
  });

  test("searches plain text and patterns", async () => {
    await using tools = await openTools();
    await tools.write("src/a.js", "const total = 1;\nconst x = total + 2;\n");
    await tools.write(".env", "total=secret\n");
    expect((await tools.use("search", { pattern: "total" })).text).toBe(
      "src/a.js:1: const total = 1;\nsrc/a.js:2: const x = total + 2;",
    );
    expect(
      (await tools.use("search", { pattern: "^CONST\\s\\w+ = \\d", regex: true, ignoreCase: true })).text,
    ).toBe("src/a.js:1: const total = 1;");
    expect((await tools.use("search", { pattern: "(a+)+\\1", regex: true })).note).toContain("not supported");
    await tools.write("many.txt", "hit\n".repeat(300));
    expect((await tools.use("search", { pattern: "hit", path: "many.txt" })).note).toContain(
      "100 lines; there may be more",
    );
  });

  test.each([
    "/etc/passwd",
    "../outside.txt",
    "src/../../outside.txt",
    ".git/config",
    ".env",
    "a\0b",
    "..\\outside.txt",
    "linkfile",
    "linkdir/outside.txt",
    "hidden",
    "loop",
    "fifo",
  ])("%s is out of reach", async (path) => {
    await using tools = await openTools();
    await writeFile(tools.outside, canary);
    await tools.write(".env", canary);
    await symlink(tools.outside, join(tools.dir, "linkfile"));
    await symlink(join(tools.dir, ".."), join(tools.dir, "linkdir"));
    await symlink(".env", join(tools.dir, "hidden"));
    await symlink("loop", join(tools.dir, "loop"));
    await execa("mkfifo", [join(tools.dir, "fifo")]);
    for (const name of ["read_file", "search", "list_files"]) {
      const answer = await tools.use(name, { path, pattern: "canary" });
      expect(JSON.stringify(answer)).not.toContain(canary);
      const bare = await tools.raw(
        name,
        JSON.stringify(name === "search" ? { path, pattern: "c" } : { path }),
      );
      expect(bare.ok && bare.answer.data?.text !== "", name).toBe(false);
      expect(JSON.stringify(bare)).not.toContain(canary);
    }
  });
});

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
      expect(await tools.use("apply_patch", { patch }), patch).toMatchObject({ ok: false });
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

describe("the toolbox", () => {
  test.each([
    ["an unknown tool", "shell", '{"command":"id"}', /no tool "shell"/],
    ["no JSON", "read_file", '{"path": "a', /not valid JSON/],
    ["wrong types", "read_file", '{"path": 5}', /do not fit: path/],
    ["more than asked", "run_it", "{}", /no tool/],
    ["unknown arguments", "read_file", '{"path":"a","sudo":true}', /do not fit/],
    ["a list", "read_file", "[]", /do not fit/],
    ["a prototype", "__proto__", "{}", /no tool/],
  ])("%s is refused with words", async (_, name, args, words) => {
    await using tools = await openTools();
    const { ok, answer } = await tools.raw(name, args);
    expect(ok).toBe(false);
    expect(answer.note).toMatch(words);
  });

  test("a secret reaches no tool, however it is escaped", async () => {
    await using tools = await openTools();
    const escaped = [...canary]
      .map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
    for (const content of [canary, escaped, Buffer.from(`xx${canary}`).toString("base64")]) {
      expect(
        (await tools.raw("write_file", `{"path":"a.txt","content":"${content}"}`)).answer.note,
      ).toContain("secret");
    }
    expect(await readdir(tools.dir)).toEqual([".git"]);
  });

  test("describes each tool by a JSON schema", async () => {
    await using tools = await openTools();
    expect(tools.specs.find(({ name }) => name === "read_file")?.parameters).toMatchObject({
      type: "object",
      required: ["path"],
      additionalProperties: false,
    });
  });
});
