import { execa } from "execa";
import { symlink, writeFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { canary, openTools } from "./tools-in-tree.ts";

vi.setConfig({ testTimeout: 30_000 });

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
    const fifoMaker = "mkfifo";
    await execa(fifoMaker, [join(tools.dir, "fifo")]);
    for (const name of ["read_file", "search", "list_files"]) {
      const answer = await tools.use(name, { path, pattern: "canary" });
      expect(JSON.stringify(answer)).not.toContain(canary);
      const bare = await tools.raw(
        name,
        JSON.stringify(name === "search" ? { path, pattern: "c" } : { path }),
      );
      expect({ name, seen: bare.ok && bare.answer.data?.text !== "" }).toEqual({ name, seen: false });
      expect(JSON.stringify(bare)).not.toContain(canary);
    }
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
