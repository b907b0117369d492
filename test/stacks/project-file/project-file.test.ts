import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import { parseProjectFile, readProjectFile } from "../../../stacks/project-file/project-file.ts";
import { cpuMsOf } from "../discover/cpu-time.ts";

const whole = `
lang: en
autonomy: assisted
test: [node, --test]
checks:
  - GET /health -> 200 contains "ok"
  - http: /plain
  - http: {path: /full, status: 201, contains: a, lacks: b}
  - command: [node, check.mjs]
  - log: {lacks: Unhandled}
engines:
  command: {command: [node, tools/engine.mjs], timeout_s: 60, env: {MODE: fast}}
forbidden_paths: [".github/**"]
max_diff_lines: 2000
deploy:
  shop:
    target: auto
    command: [node, src/server.js]
    env: { PORT: "{port}", APP_VERSION: "{commit}", COUNT: 3, DEBUG: false }
    url: http://127.0.0.1:8088
    health: /health
    health_timeout_s: 10
    dir: app
    files: [docker-compose.yml]
    project: shop
    log_lacks: [panic]
env:
  KEY: {label: Key, group: Main, type: select, desc: d, placeholder: p, default: a, required_for: [shop], autodetect: true, options: [a, b]}
post_launch:
  - {label: Open, action: "open {url}", condition: shop}
budgets: {ticket_usd: 1.5}
`;

function errorOf(text: string): DockfraError {
  try {
    parseProjectFile(text);
  } catch (error) {
    if (error instanceof DockfraError) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("parseProjectFile", () => {
  it("reads every key of the format", () => {
    const project = parseProjectFile(whole);
    expect(project).toMatchObject({
      lang: "en",
      test: { command: ["node", "--test"] },
      engines: { command: { command: ["node", "tools/engine.mjs"], timeout_s: 60, env: { MODE: "fast" } } },
      max_diff_lines: 2000,
      deploy: {
        shop: { dir: "app", health_timeout_s: 10, env: { PORT: "{port}", COUNT: "3", DEBUG: "false" } },
      },
      budgets: { ticket_usd: 1.5 },
    });
    expect(project.checks).toEqual([
      { kind: "http", path: "/health", status: 200, contains: "ok" },
      { kind: "http", path: "/plain" },
      { kind: "http", path: "/full", status: 201, contains: "a", lacks: "b" },
      { kind: "command", argv: ["node", "check.mjs"] },
      { kind: "log", lacks: "Unhandled" },
    ]);
  });

  it.each(["", "# only a comment\n", "{}"])("takes %j as all defaults", (text) => {
    expect(parseProjectFile(text)).toMatchObject({ checks: [], deploy: {}, forbidden_paths: [] });
  });

  it.each<[string, number, number, string]>([
    ["langg: en", 1, 1, 'nearest known key is "lang"'],
    ["lang: en\ndeploy:\n  shop:\n    helth: /x", 4, 5, 'nearest known key is "health"'],
    ["checks:\n  - http: {path: /x, statuss: 3}", 2, 22, 'nearest known key is "status"'],
    ["env:\n  KEY: {lable: x}", 2, 9, 'nearest known key is "label"'],
    ["test: {comand: [x]}", 1, 8, 'nearest known key is "command"'],
    ["autonomy: full", 1, 11, "manual, assisted, autonomous"],
    ["max_diff_lines: 0", 1, 17, "at least 1"],
    ["test: []", 1, 7, "test"],
    ["checks:\n  - POST /x", 2, 5, "neither GET nor log"],
    ["checks:\n  - rm -rf /", 2, 5, "neither GET nor log"],
    ["deploy:\n  Shop X: {url: http://x}", 2, 11, "Shop X"],
    ["deploy:\n  shop: {url: ftp://x}", 2, 15, "url"],
    ["deploy:\n  shop: {url: http://x/path}", 2, 15, "host and port"],
    ["deploy:\n  shop: {dir: ../other}", 2, 15, "below the project"],
    ["deploy:\n  shop: {files: [/etc/passwd]}", 2, 18, "below the project"],
    ["deploy:\n  shop: {target: process, url: http://x}", 2, 9, '"command"'],
    ["deploy:\n  shop: {command: [node]}", 2, 9, '"url"'],
    ["deploy:\n  shop: {env: {A-B: x}}", 2, 21, "A-B"],
    ["a: b: c", 1, 4, "mapping"],
    ["lang: en\nlang: de", 2, 1, "unique"],
    ["lang: [en", 1, 10, ""],
    ["lang: !!js/function x", 1, 7, "tag"],
    ["just text", 1, 1, "object"],
    ["lang: en\n---\nlang: de", 2, 1, "document"],
  ])("names line and column of %j", (text, line, column, why) => {
    const error = errorOf(text);
    expect(error).toMatchObject({
      code: "project_file_invalid",
      kind: "invalid_input",
      params: { file: "dockfra.yaml", line, column },
    });
    expect(error.message).toContain(why);
    expect(error.message).toMatch(/^dockfra\.yaml:\d+:\d+: .*[^.]\. Mend the line and try again\.$/s);
  });

  it.each<[string, string]>([
    [
      "an alias bomb",
      "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]",
    ],
    ["many aliases", `a: &a x\nb: [${"*a,".repeat(3_000)}]`],
    ["an alias to itself", "a: &a [*a]"],
    ["deep flow lists", "[".repeat(9_000)],
    ["deep flow maps", "a: {b: ".repeat(1_200)],
    ["deep dashes on one line", "- ".repeat(4_900)],
    ["deep question marks", "? ".repeat(4_900)],
    ["deep blocks", Array.from({ length: 400 }, (_, level) => `${" ".repeat(level)}a:\n`).join("")],
    ["a key __proto__", "__proto__: {lang: en}"],
    ["an inner key __proto__", "env: {__proto__: {label: x}}"],
    ["one huge line", `lang: ${"x".repeat(100_000)}`],
    ["a huge file", "# comment\n".repeat(20_000)],
    ["many tags", "!a ".repeat(3_000)],
  ])("refuses %s in less than 200 ms", async (_name, text) => {
    let code = "";
    const cpuMs = await cpuMsOf(() => {
      ({ code } = errorOf(text));
    });
    expect(code).toBe("project_file_invalid");
    expect(cpuMs).toBeLessThan(200);
    expect(({} as Record<string, unknown>)["lang"]).toBeUndefined();
  });

  it("answers any text with a project or a coded refusal", () => {
    const yamlish = fc.array(
      fc.oneof(
        fc.constantFrom(
          "a",
          ":",
          " ",
          "\n",
          "- ",
          "{",
          "}",
          "[",
          "]",
          "&a",
          "*a",
          "!",
          '"',
          "'",
          "|",
          "?",
          "lang",
          "deploy",
          "checks",
          "#",
          "\t",
        ),
        fc.string(),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(yamlish, (pieces) => {
        try {
          parseProjectFile(pieces.join(""));
        } catch (error) {
          expect(error).toMatchObject({ code: "project_file_invalid" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("readProjectFile", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dockfra-project-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("answers undefined without a file", async () => {
    expect(await readProjectFile(root)).toBeUndefined();
  });

  it("reads the file and names its path in an error", async () => {
    const file = join(root, "dockfra.yaml");
    await writeFile(file, whole);
    expect((await readProjectFile(root))?.lang).toBe("en");
    await writeFile(file, "\nlnag: en");
    await expect(readProjectFile(root)).rejects.toMatchObject({ params: { file, line: 2, column: 1 } });
  });

  it("refuses a directory of that name and a file that is too large", async () => {
    await mkdir(join(root, "dockfra.yaml"));
    await expect(readProjectFile(root)).rejects.toMatchObject({ code: "project_file_invalid" });
    await rm(join(root, "dockfra.yaml"), { recursive: true });
    await writeFile(join(root, "dockfra.yaml"), "#".repeat(1_000_000));
    await chmod(join(root, "dockfra.yaml"), 0o600);
    await expect(readProjectFile(root)).rejects.toMatchObject({ code: "project_file_invalid" });
  });
});
