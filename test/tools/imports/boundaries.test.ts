import { describe, expect, test } from "vitest";
import { findViolations } from "../../../tools/imports/boundaries.ts";
import { parseSource } from "../../../tools/imports/source.ts";

function violations(path: string, text: string): string[] {
  return findViolations(parseSource(path, text));
}

describe("rooms", () => {
  test.each([
    ["bus/codec.ts", "../stacks/stack.ts"],
    ["bus/codec.ts", "../locales/en.ts"],
    ["workflows/ticket.ts", "../bus/ports/bus.ts"],
    ["workflows/ticket.ts", "../bus/kernel/clock.ts"],
    ["orchestrator/loop.ts", "../stacks/stack.ts"],
    ["orchestrator/loop.ts", "../agents/developer.ts"],
    ["stacks/compose.ts", "../workflows/flow.ts"],
    ["agents/monitor.ts", "../gateway/server.ts"],
    ["agents/monitor.ts", "../orchestrator/loop.ts"],
    ["terminal/screen.ts", "../cli/main.ts"],
    ["gateway/server.ts", "../stacks/stack.ts"],
    ["gateway/ui/page.tsx", "../../bus/kernel/errors.ts"],
    ["cli/main.ts", "../tools/test.ts"],
  ])("%s may not import %s", (path, specifier) => {
    expect(violations(path, `import { a } from "${specifier}";\n`)).toHaveLength(1);
  });

  test.each([
    ["workflows/ticket.ts", "../bus/messages/ticket.ts"],
    ["workflows/ticket.ts", "../bus/kernel/errors.ts"],
    ["workflows/ticket/machine.ts", "../flow.ts"],
    ["orchestrator/loop.ts", "../workflows/flow.ts"],
    ["stacks/compose.ts", "../bus/kernel/errors.ts"],
    ["agents/monitor.ts", "../stacks/stack.ts"],
    ["agents/monitor.ts", "../terminal/screen.ts"],
    ["gateway/server.ts", "../locales/en.ts"],
    ["cli/main.ts", "../agents/developer.ts"],
    ["test/cli/main.test.ts", "../../tools/test.ts"],
  ])("%s may import %s", (path, specifier) => {
    expect(violations(path, `import { a } from "${specifier}";\n`)).toEqual([]);
  });

  test("the page takes types of messages, and no values", () => {
    const specifier = `"../../bus/messages/ticket.ts"`;
    expect(violations("gateway/ui/page.ts", `import type { Ticket } from ${specifier};\n`)).toEqual([]);
    expect(violations("gateway/ui/page.ts", `import { Ticket } from ${specifier};\n`)).toHaveLength(1);
  });

  test("names the file, the line and what is allowed", () => {
    const text = `import { a } from "./a.ts";\nimport {\n  b,\n} from "../agents/b.ts";\n`;
    expect(violations("gateway/server.ts", text)).toEqual([
      'gateway/server.ts:2: gateway/ may import bus/, locales/, not "agents/b.ts"',
    ]);
  });
});

describe("packages", () => {
  test.each([
    ["bus/nats/connection.ts", "@nats-io/jetstream"],
    ["bus/kernel/log.ts", "pino"],
    ["stacks/targets/device/ssh.ts", "ssh2"],
    ["workflows/ticket/machine.ts", "xstate"],
    ["gateway/http/server.ts", "@fastify/static"],
    ["orchestrator/view.ts", "node:sqlite"],
    ["test/bus/nats.test.ts", "@nats-io/jetstream"],
  ])("%s is a home of %s", (path, name) => {
    expect(violations(path, `import { a } from "${name}";\n`)).toEqual([]);
  });

  test.each([
    ["orchestrator/loop.ts", "@nats-io/jetstream"],
    ["gateway/server.ts", "ssh2"],
    ["stacks/compose.ts", "node:sqlite"],
    ["workflows/ticket.ts", "zod"],
    ["workflows/ticket.ts", "node:fs"],
    ["bus/codec.ts", "left-pad"],
  ])("%s is no home of %s", (path, name) => {
    expect(violations(path, `import { a } from "${name}";\n`)).toHaveLength(1);
  });

  test("a re-export and a dynamic import count", () => {
    expect(violations("bus/codec.ts", `export { a } from "execa";\n`)).toHaveLength(1);
    expect(violations("bus/codec.ts", `const a = await import("execa");\n`)).toHaveLength(1);
  });
});

describe("shells", () => {
  test.each([
    `import { exec } from "node:child_process";`,
    `import { spawn, execSync as run } from "node:child_process";`,
    `await execa("ls", [], { shell: true });`,
    `await execa("ls", [], { shell: "/bin/bash" });`,
    `await execaCommand("ls -l");`,
    `await execa("sh", ["-c", text]);`,
  ])("refuses %s", (line) => {
    expect(violations("stacks/run.ts", `${line}\n`).length).toBeGreaterThan(0);
  });

  test.each([
    `await execa("docker", ["compose", "up", "--", name]);`,
    `await execa("sh", ["-c", "exit 3"]);`,
    `const match = /a/.exec(text);`,
  ])("allows %s", (line) => {
    expect(violations("stacks/run.ts", `${line}\n`)).toEqual([]);
  });
});

test("a file is named for what it holds", () => {
  expect(violations("bus/index.ts", "")).toHaveLength(1);
  expect(violations("test/helpers.ts", "")).toHaveLength(1);
  expect(violations("bus/subjects.ts", "")).toEqual([]);
});
