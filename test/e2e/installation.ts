import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { freePort } from "../../bus/server/ready.ts";
import { roles } from "../../bus/messages/principals.ts";
import { Installation } from "../../cli/place/installation.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

const dockfra = join(import.meta.dirname, "../../bin/dockfra");

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the roles of a test's installation run, and with them the app: as a process, or as a container. */
export type TestRuntime = "process" | "docker";

/** A project of its own with the real command line, isolated from the user's other installations. */
export interface Project extends Scratch {
  readonly prefix: string;
  /** What its commands run with, beside our own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs `dockfra … --root <project>`. */
  readonly cli: (...args: readonly string[]) => Promise<CliRun>;
  /** The same with `--json`, its last line parsed. */
  readonly json: (...args: readonly string[]) => Promise<Record<string, unknown>>;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Who runs now, as the lock says. */
  readonly installation: () => Promise<Installation>;
  /** Process of a part, or of a role's container, on this machine; 0 where it does not run. */
  readonly pidOf: (part: string) => Promise<number>;
}

export interface ProjectOptions {
  readonly runtime?: TestRuntime;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const server = (host: string): string => `import { createServer } from "node:http";
import { text } from "./text.js";
createServer((request, response) => {
  response.end(request.url === "/health" ? "ok" : text);
}).listen(Number(process.env.PORT), "${host}");
`;
const testFile = `import { test } from "node:test";
import assert from "node:assert/strict";
import { text } from "./text.js";
test("it greets", () => assert.match(text, /^Hello/));
`;

/** Makes a small app with a repository, tests and a target; everything is stopped and removed at the end of the scope. */
export async function makeProject(
  port: number,
  { runtime = "process", env: more = {} }: ProjectOptions = {},
): Promise<Project> {
  const scratch = await makeScratch();
  const root = scratch.path("app");
  const prefix = runtime === "docker" ? `dfe-${randomBytes(3).toString("hex")}` : "dockfra";
  const env = {
    XDG_STATE_HOME: scratch.path("state"),
    NO_COLOR: "1",
    DOCKFRA_PREFIX: runtime === "docker" ? prefix : undefined,
    DOCKFRA_ROOT: undefined,
    DOCKFRA_RUNTIME: runtime,
    WIZARD_PORT: "0",
    ...more,
  };
  const cli = async (...args: readonly string[]): Promise<CliRun> => {
    const { exitCode, stdout, stderr } = await execa(dockfra, ["--root", root, ...args], {
      env,
      reject: false,
      stdin: "ignore",
      timeout: runtime === "docker" ? 280_000 : 120_000,
    });
    return { exitCode: exitCode ?? -1, stdout, stderr };
  };
  const git = async (...args: readonly string[]): Promise<string> =>
    (await execa("git", ["-C", root, ...args], { stdin: "ignore" })).stdout;
  const installation = async (): Promise<Installation> =>
    Installation.parse(JSON.parse(await readFile(join(root, "dockfra", "lock"), "utf8")));
  await scratch.write("app/package.json", '{"type":"module"}\n');
  await scratch.write("app/text.js", 'export const text = "Hello there";\n');
  await scratch.write("app/server.js", server(runtime === "docker" ? "0.0.0.0" : "127.0.0.1"));
  await scratch.write("app/text.test.js", testFile);
  await (runtime === "docker"
    ? writeComposeTarget(scratch, port, prefix)
    : writeProcessTarget(scratch, port));
  await cli("git-init");
  return {
    ...scratch,
    prefix,
    env,
    path: (...parts) => scratch.path("app", ...parts),
    cli,
    json: async (...args) => {
      const { stdout } = await cli(...args, "--json");
      return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}"));
    },
    git,
    installation,
    pidOf: async (part) => {
      const known = (await installation()).parts.find((one) => one.part === part)?.pid;
      if (known !== undefined || !roles.some((role) => role === part)) return known ?? 0;
      const { stdout } = await execa(
        "docker",
        ["inspect", "--format", "{{.State.Pid}}", `${prefix}-ssh-${part}`],
        { reject: false },
      );
      return Number(stdout) || 0;
    },
    [Symbol.asyncDispose]: async () => {
      await (runtime === "docker" ? cli("down", "--purge", "--yes") : cli("down", "--stacks"));
      if (runtime === "docker") await removeImagesOf(`${prefix}-shop`);
      await scratch[Symbol.asyncDispose]();
    },
  };
}

async function writeProcessTarget(scratch: Scratch, port: number): Promise<void> {
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
}

async function writeComposeTarget(scratch: Scratch, port: number, prefix: string): Promise<void> {
  await scratch.write(
    "app/dockfra.yaml",
    [
      "test: [node, --test]",
      "deploy:",
      "  app:",
      "    target: compose",
      `    project: ${prefix}-shop`,
      `    url: http://127.0.0.1:${port}`,
      "    health: /health",
      "",
    ].join("\n"),
  );
  await scratch.write(
    "app/Dockerfile",
    'FROM node:24-bookworm-slim\nWORKDIR /app\nCOPY . .\nENV PORT=8080\nUSER node\nCMD ["node", "server.js"]\n',
  );
  await scratch.write("app/.dockerignore", "dockfra\n.git\n");
  await scratch.write(
    "app/compose.yaml",
    [
      `name: ${prefix}-shop`,
      "services:",
      "  app:",
      "    build: .",
      "    init: true",
      "    ports:",
      `      - 127.0.0.1:${port}:8080`,
      "",
    ].join("\n"),
  );
  const names = ["DEVELOPER", "MONITOR", "MANAGER", "AUTOPILOT"];
  const lines = await Promise.all(names.map(async (name) => `SSH_${name}_PORT=${await freePort()}\n`));
  await scratch.write("app/dockfra/.env", lines.join(""));
}

async function removeImagesOf(project: string): Promise<void> {
  const { stdout } = await execa("docker", [
    ...["images", "--quiet", "--filter", `label=com.docker.compose.project=${project}`],
  ]);
  const ids = [...new Set(stdout.split("\n").filter((id) => id !== ""))];
  if (ids.length > 0) await execa("docker", ["rmi", "--force", ...ids], { reject: false });
}

/** A ticket's Markdown that changes the app's one line of text. */
export function ticketFile(title: string, from: string, to: string, check?: string): string {
  const checks = check === undefined ? "" : `\n\`\`\`checks\n${check}\n\`\`\`\n`;
  return `# ${title}\n\nAs said.\n${checks}\n\`\`\`diff\n--- a/text.js\n+++ b/text.js\n@@ -1 +1 @@\n-export const text = "${from}";\n+export const text = "${to}";\n\`\`\`\n`;
}
