import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { discoverStacks } from "../../../stacks/discover/discover.ts";
import { ComposeProblem } from "../../../stacks/discover/problems.ts";
import { parseComposeYaml } from "../../../stacks/discover/yaml-document.ts";
import { decodeSource } from "../../../stacks/discover/yaml-source.ts";
import type { Discovery } from "../../../stacks/discover/discover.ts";
import { createComposeTree } from "./compose-tree.ts";
import { cpuMsOf } from "./cpu-time.ts";

const good = "services: {ok: {image: $OK}}\n";

async function problemOf(content: string | Uint8Array) {
  await using tree = await createComposeTree({ "bad/compose.yaml": content, "good/compose.yaml": good });
  let discovery: Discovery | undefined;
  const cpuMs = await cpuMsOf(async () => {
    discovery = await tree.discover();
  });
  const { stacks, problems } = discovery ?? { stacks: [], problems: [] };
  expect(stacks.map((stack) => stack.dir)).toContain("good");
  return { stack: stacks.find((stack) => stack.dir === "bad"), problems, cpuMs };
}

describe("broken files name file, line, column and reason; the others load", () => {
  test.each<[string, string, number, number, string, RegExp]>([
    ["a bracket left open", "services:\n  web: {image: i\n", 3, 1, "yaml_invalid", /./],
    ["a tab as indentation", "services:\n\tweb: {}\n", 2, 1, "yaml_invalid", /./],
    [
      "a key twice",
      "services:\n  a: {image: i}\n  a: {image: j}\n",
      3,
      3,
      "duplicate_key",
      /"a" already defined at line 2/,
    ],
    [
      "a number as key",
      "services:\n  a: {image: i}\n  1: {image: i}\n",
      3,
      3,
      "non_string_key",
      /in services: 1/,
    ],
    ["an unknown anchor", "services:\n  a: *nope\n", 2, 6, "yaml_invalid", /Unknown anchor 'nope'/],
    ["an anchor in itself", "services: &s\n  a: *s\n", 2, 6, "yaml_invalid", /contains itself/],
    ["a merge of a text", "services:\n  a:\n    <<: text\n", 3, 9, "yaml_invalid", /Map merge requires/],
    ["a list", "- a\n", 1, 1, "not_a_mapping", /Top-level object must be a mapping/],
    ["nothing", "", 1, 1, "empty_file", /Empty compose file/],
    [
      "an unknown field",
      "services:\n  a:\n    image: i\n    imaeg: i\n",
      4,
      5,
      "schema_mismatch",
      /^services.a additional properties 'imaeg' not allowed$/,
    ],
    [
      "a wrong type",
      "services:\n  a:\n    image: [i]\n",
      3,
      12,
      "schema_mismatch",
      /^services.a.image must be a string$/,
    ],
    [
      "a wrong word",
      "services: {a: {image: i, cgroup: no-such}}\n",
      1,
      34,
      "schema_mismatch",
      /must be one of 'host', 'private'/,
    ],
    [
      "a service without a name",
      "services: {'': {image: i}}\n",
      1,
      12,
      "schema_mismatch",
      /additional properties ''/,
    ],
    ["a date", "services:\n  a:\n    image: 2001-01-01\n", 3, 12, "schema_mismatch", /must be a string/],
    [
      "two sources of a secret",
      "services: {a: {image: i}}\nsecrets: {s: {file: f, environment: E}}\n",
      2,
      14,
      "resource_invalid",
      /mutually exclusive/,
    ],
    [
      "an option on an external volume",
      "services: {a: {image: i}}\nvolumes: {v: {external: true, driver: d}}\n",
      2,
      31,
      "resource_invalid",
      /conflicting/,
    ],
  ])("%s", async (_name, content, line, column, code, message) => {
    const { stack, problems } = await problemOf(content);
    expect(stack).toBeUndefined();
    expect(problems).toEqual([
      { file: "bad/compose.yaml", line, column, code, message: expect.stringMatching(message) },
    ]);
  });

  test.each<[string, string, string]>([
    ["a template", "services: {a: {image: '${'}}\n", "interpolation_invalid"],
    ["a service of nothing", "services: {a: {user: u}}\n", "inconsistent"],
    ["an unknown volume", "services: {a: {image: i, volumes: ['vol:/v']}}\n", "inconsistent"],
    ["an unknown network", "services: {a: {image: i, networks: [n]}}\n", "inconsistent"],
    ["an unknown service", "services: {a: {image: i, depends_on: [b]}}\n", "inconsistent"],
    ["a circle", "services: {a: {image: i, depends_on: [b]}, b: {image: i, links: [a]}}\n", "inconsistent"],
  ])("what only a start would refuse is said, and the stack listed: %s", async (_name, content, code) => {
    const { stack, problems } = await problemOf(content);
    expect(stack?.services[0]?.name).toBe("a");
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});

describe("hostile files are refused, or read as Compose does, within 100 ms", () => {
  const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(",")}]`).join("\n")}\n`;
  const mergeBomb = `x-0: &m0 {k: v}\n${Array.from({ length: 30 }, (_, i) => `x-${i + 1}: &m${i + 1}\n  a: *m${i}\n  b: *m${i}`).join("\n")}\n${good}`;
  const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, "utf16le");
  test.each<[string, string | Uint8Array, string | undefined]>([
    ["an alias bomb", bomb, "too_many_aliases"],
    ["an alias bomb of mappings", mergeBomb, "too_many_aliases"],
    ["20 MB", Buffer.alloc(20_000_000, "a: b\n"), "too_large"],
    ["100,000 flow levels", `a: ${"[".repeat(100_000)}${"]".repeat(100_000)}`, "too_deep"],
    ["100,000 flow mappings", "{a: ".repeat(100_000), "too_deep"],
    ["100,000 dashes", `${"- ".repeat(100_000)}a`, "too_deep"],
    ["100,000 question marks", `${"? ".repeat(100_000)}a`, "too_deep"],
    [
      "1,300 block levels",
      Array.from({ length: 1_300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      undefined,
    ],
    ["10,000 anchors", `x-a: [${"&a b,".repeat(10_000)}]\n${good}`, undefined],
    ["NUL", "services:\n  a: \0\n", "control_character"],
    ["bytes that are no UTF-8", Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a]), "not_utf8"],
    ["half a UTF-16", Uint8Array.from([0xff, 0xfe, 0x61]), "not_utf8"],
  ])("%s", async (_name, content, code) => {
    // the first reading pays for loading code
    await problemOf(good);
    const { problems, cpuMs } = await problemOf(content);
    if (code !== undefined) expect(problems.map((problem) => problem.code)).toEqual([code]);
    // twice the goal: the code is not warm here, and other tests run beside this one
    expect(cpuMs).toBeLessThan(200);
  });

  test("UTF-16 with its mark is read, and places are right", async () => {
    const { stack, problems } = await problemOf(utf16("services:\n  a: {image: $IMAGE}\n"));
    expect(problems).toEqual([]);
    expect(stack?.variables[0]?.uses).toEqual([{ file: "bad/compose.yaml", line: 2, column: 14 }]);
  });

  test("names of prototypes and options are names", async () => {
    const { stack } = await problemOf(
      "services:\n  __proto__: {image: $A}\n  constructor: {image: $__proto__}\n  -v: {image: '${toString:-x}'}\n",
    );
    expect(stack?.services.map((service) => service.name)).toEqual(["__proto__", "constructor", "-v"]);
    expect(stack?.variables.map((variable) => variable.name)).toEqual(["A", "__proto__", "toString"]);
    expect(({} as Record<string, unknown>)["image"]).toBeUndefined();
  });

  test("fields named like prototypes are unknown fields", async () => {
    const { problems } = await problemOf("services: {a: {image: i, constructor: 1}}\n");
    expect(problems[0]?.message).toBe("services.a additional properties 'constructor' not allowed");
  });
});

describe("the directory tree", () => {
  test("is walked to any depth, past what is not the user's, and not out of the root by links", async () => {
    await using tree = await createComposeTree({
      "a/b/c/d/e/f/docker-compose.yaml": good,
      ".git/compose.yaml": good,
      "x/node_modules/p/compose.yaml": good,
      ".venv/compose.yaml": good,
      "__pycache__/compose.yaml": good,
      "vendor/compose.yaml": good,
      ".hidden/compose.yml": good,
      "app/.gitignore": "*",
      "app/compose.yaml": good,
      "dockfra/.gitignore": "*\n",
      "dockfra/.env": "",
      "dockfra/exchange/compose.yaml": good,
      "sub/dockfra/compose.yaml": good,
      ".gitignore": "app\n",
    });
    await using outside = await createComposeTree({ "out/compose.yaml": good });
    await symlink(outside.root, join(tree.root, "link-out"));
    await symlink(join(outside.root, "out/compose.yaml"), join(tree.root, "compose.yaml"));
    await symlink("..", join(tree.root, "a/loop"));
    await symlink("self", join(tree.root, "self"));
    await symlink("nowhere", join(tree.root, "dangling"));
    const { stacks, problems } = await tree.discover();
    expect(stacks.map((stack) => stack.dir)).toEqual([".hidden", "a/b/c/d/e/f", "app", "sub/dockfra"]);
    expect(problems).toEqual([]);
  });

  test("a dockfra directory of the user's own is a stack", async () => {
    await using tree = await createComposeTree({ "dockfra/compose.yaml": good });
    expect((await tree.discover()).stacks.map((stack) => stack.dir)).toEqual(["dockfra"]);
  });

  test.each([
    ["missing", "root_missing"],
    ["file", "root_not_directory"],
  ])("a root that is %s is refused", async (name, code) => {
    await using tree = await createComposeTree({ file: "" });
    await expect(discoverStacks(join(tree.root, name))).rejects.toMatchObject({ code });
  });

  test("a directory named like a Compose file is no file", async () => {
    await using tree = await createComposeTree({ "compose.yaml/compose.yml": good });
    expect((await tree.discover()).stacks.map((stack) => stack.dir)).toEqual(["compose.yaml"]);
  });

  test("a broken .env is said with its line, and the stack listed", async () => {
    await using tree = await createComposeTree({ "compose.yaml": good, ".env": "A=1\nB!\n" });
    const { stacks, problems } = await tree.discover();
    expect(stacks).toHaveLength(1);
    expect(problems).toEqual([
      expect.objectContaining({ file: ".env", line: 2, column: 1, code: "env_file_invalid" }),
    ]);
  });
});

describe("a changed file is read again", () => {
  test("the file itself, what it includes, its .env, a file that appears", async () => {
    await using tree = await createComposeTree({
      "compose.yaml": `include: [inc.yml]\n${good}`,
      "inc.yml": "services: {i: {image: $I}}\n",
    });
    const names = async () => (await tree.discover()).stacks[0]?.variables.map((one) => one.name);
    const first = await tree.discover();
    expect((await tree.discover()).stacks[0]).toBe(first.stacks[0]);
    await tree.write("inc.yml", "services: {i: {image: $I2}}\n");
    expect(await names()).toEqual(["I2", "OK"]);
    await tree.write(".env", "COMPOSE_PROJECT_NAME=now\n");
    expect((await tree.discover()).stacks[0]?.name).toBe("now");
    await tree.write("compose.override.yaml", "services: {ok: {user: $U}}\n");
    expect(await names()).toEqual(["I2", "OK", "U"]);
    await writeFile(join(tree.root, "compose.yaml"), "services: [\n");
    expect((await tree.discover()).stacks).toEqual([]);
    await mkdir(join(tree.root, "new"));
    await tree.write("new/compose.yaml", good);
    expect((await tree.discover()).stacks.map((stack) => stack.dir)).toEqual(["new"]);
  });
});

describe("any bytes", () => {
  const words = fc.constantFrom(
    "services:\n",
    "  a:\n",
    "    image: ",
    "$A",
    "${A:-",
    "}",
    "{",
    "[",
    "]",
    "&x ",
    "*x",
    "<<: *x\n",
    "- ",
    "? ",
    ": ",
    "\n",
    "  ",
    "!reset ",
    "!override ",
    "!!str ",
    "|\n",
    ">-\n",
    "'",
    '"',
    "#",
    "\t",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "null",
    "1",
    "x-",
    "extends: a\n",
    "include: [b]\n",
    "\r\n",
    "é",
    "\uFEFF",
  );
  const bytes = fc.oneof(
    fc.array(words, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(""))),
    fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 60 }),
  );

  test("are read or refused with a place, and nothing else", () => {
    fc.assert(
      fc.property(bytes, (content) => {
        try {
          parseComposeYaml(decodeSource("/compose.yaml", content));
        } catch (error) {
          if (!(error instanceof ComposeProblem)) throw error;
          expect(error.origin?.start).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
