import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { appEnvironment } from "../../../stacks/processes/environment.ts";
import { identifyProcess, isSameProcess, signalGroup } from "../../../stacks/processes/process-identity.ts";
import { runProgram, type ProgramRun, type RunOptions } from "../../../stacks/processes/program-run.ts";
import { startProgram } from "../../../stacks/processes/running-program.ts";

const cwd = tmpdir();
const node = (code: string, options: Partial<RunOptions> = {}): Promise<ProgramRun> =>
  runProgram([process.execPath, "-e", code], { cwd, env: appEnvironment(), timeoutMs: 8_000, ...options });

describe("runProgram", () => {
  it("gives exit code and both outputs", async () => {
    const run = await node("console.log('out'); console.error('err'); process.exit(3)");
    expect(run).toMatchObject({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
      timedOut: false,
      cancelled: false,
    });
  });

  it("passes lines as they come, the last one without its end too", async () => {
    const lines: string[] = [];
    await node("process.stdout.write('one\\ntw'); process.stdout.write('o\\nthree')", {
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(["one", "two", "three"]);
  });

  it("keeps the end of a long output", async () => {
    const run = await node("for (let i = 0; i < 20000; i++) console.log('line ' + i)", {
      maxOutputBytes: 1_000,
    });
    expect(run.stdout.length).toBeLessThanOrEqual(1_000);
    expect(run.stdout.endsWith("line 19999\n")).toBe(true);
  });

  it("ends the whole group at the time limit, also where SIGTERM is ignored", async () => {
    const code = `process.on("SIGTERM", () => {}); const child = require("node:child_process").spawn("sleep", ["60"]);
      console.log(child.pid); setInterval(() => {}, 1000);`;
    const run = await node(code, { timeoutMs: 1_500 });
    expect(run).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    expect(identifyProcess(Number(run.stdout))).toBeUndefined();
  });

  it("does not wait for what a program left in the background, and ends it", async () => {
    const code = `const child = require("node:child_process").spawn("sleep", ["60"], {stdio: "inherit"}); child.unref(); console.log(child.pid);`;
    const run = await node(code);
    expect(run).toMatchObject({ exitCode: 0, timedOut: false });
    expect(run.tookMs).toBeLessThan(6_000);
    await expect.poll(() => identifyProcess(Number(run.stdout))).toBeUndefined();
  });

  it("ends at a cancel, and does not start after one", async () => {
    const run = await node("setInterval(() => {}, 1000)", { signal: AbortSignal.timeout(300) });
    expect(run).toMatchObject({ cancelled: true, timedOut: false, exitCode: undefined });
    let started = false;
    const late = await node("", { signal: AbortSignal.abort(), onStarted: () => (started = true) });
    expect([late.cancelled, started]).toEqual([true, false]);
  });

  it("says why a program did not start", async () => {
    expect(
      await runProgram(["no-such-program"], { cwd, env: appEnvironment(), timeoutMs: 1_000 }),
    ).toMatchObject({ notStarted: "ENOENT" });
    expect(await runProgram(["/etc"], { cwd, env: {}, timeoutMs: 1_000 })).toMatchObject({
      notStarted: "EACCES",
    });
  });

  it("gives exactly the environment it is told", async () => {
    const run = await node("console.log(JSON.stringify(process.env))", { env: { ONLY: "this" } });
    expect(JSON.parse(run.stdout)).toEqual({ ONLY: "this" });
  });
});

describe("a process's identity", () => {
  it("tells a process from a later one with its pid", async () => {
    const program = startProgram(["sleep", "60"], { cwd, env: appEnvironment() });
    const identity = identifyProcess(program.pid ?? 0);
    if (!identity) throw new Error("expected a running process");
    expect(isSameProcess(identity)).toBe(true);
    expect(isSameProcess({ ...identity, startedAt: `${identity.startedAt}0` })).toBe(false);
    expect(signalGroup(identity.pid, "SIGKILL")).toBe(true);
    expect(await program.exited).toMatchObject({ signal: "SIGKILL" });
    expect(isSameProcess(identity)).toBe(false);
    expect(signalGroup(identity.pid, 0)).toBe(false);
  });
});
