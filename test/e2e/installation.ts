import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { Installation } from "../../cli/place/installation.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

const dockfra = join(import.meta.dirname, "../../bin/dockfra");

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of its own with the real command line, isolated from the user's other installations. */
export interface Project extends Scratch {
  /** Runs `dockfra … --root <project>`. */
  readonly cli: (...args: readonly string[]) => Promise<CliRun>;
  /** The same with `--json`, its last line parsed. */
  readonly json: (...args: readonly string[]) => Promise<Record<string, unknown>>;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Who runs now, as the lock says. */
  readonly installation: () => Promise<Installation>;
  readonly pidOf: (part: string) => Promise<number>;
}

const server = `import { createServer } from "node:http";
import { text } from "./text.js";
createServer((request, response) => {
  response.end(request.url === "/health" ? "ok" : text);
}).listen(Number(process.env.PORT), "127.0.0.1");
`;
const testFile = `import { test } from "node:test";
import assert from "node:assert/strict";
import { text } from "./text.js";
test("it greets", () => assert.match(text, /^Hello/));
`;

/** Makes a small app with a repository, tests and a process target; everything is stopped and removed at the end of the scope. */
export async function makeProject(port: number): Promise<Project> {
  const scratch = await makeScratch();
  const root = scratch.path("app");
  const env = {
    XDG_STATE_HOME: scratch.path("state"),
    NO_COLOR: "1",
    DOCKFRA_PREFIX: undefined,
    DOCKFRA_ROOT: undefined,
    WIZARD_PORT: "0",
  };
  const cli = async (...args: readonly string[]): Promise<CliRun> => {
    const { exitCode, stdout, stderr } = await execa(dockfra, [...args, "--root", root], {
      env,
      reject: false,
      stdin: "ignore",
      timeout: 120_000,
    });
    return { exitCode: exitCode ?? -1, stdout, stderr };
  };
  const git = async (...args: readonly string[]): Promise<string> =>
    (await execa("git", ["-C", root, ...args], { stdin: "ignore" })).stdout;
  const installation = async (): Promise<Installation> =>
    Installation.parse(JSON.parse(await readFile(join(root, "dockfra", "lock"), "utf8")));
  await scratch.write("app/package.json", '{"type":"module"}\n');
  await scratch.write("app/text.js", 'export const text = "Hello there";\n');
  await scratch.write("app/server.js", server);
  await scratch.write("app/text.test.js", testFile);
  await scratch.write(
    "app/dockfra.yaml",
    [
      "test: [node, --test]",
      "deploy:",
      "  app:",
      "    target: process",
      "    command: [node, server.js]",
      '    env: { PORT: "{port}" }',
      `    url: http://127.0.0.1:${port}`,
      "    health: /health",
      "",
    ].join("\n"),
  );
  await cli("git-init");
  return {
    ...scratch,
    path: (...parts) => scratch.path("app", ...parts),
    cli,
    json: async (...args) => {
      const { stdout } = await cli(...args, "--json");
      return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}"));
    },
    git,
    installation,
    pidOf: async (part) => (await installation()).parts.find((known) => known.part === part)?.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      await cli("down", "--stacks");
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** A ticket's Markdown that changes the app's one line of text. */
export function ticketFile(title: string, from: string, to: string, check?: string): string {
  const checks = check === undefined ? "" : `\n\`\`\`checks\n${check}\n\`\`\`\n`;
  return `# ${title}\n\nAs said.\n${checks}\n\`\`\`diff\n--- a/text.js\n+++ b/text.js\n@@ -1 +1 @@\n-export const text = "${from}";\n+export const text = "${to}";\n\`\`\`\n`;
}
