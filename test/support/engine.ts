import { execa } from "execa";
import { describe } from "vitest";

let answer: Promise<string | undefined> | undefined;

/** Whether a Docker engine with Compose v2 answers here; asked once for each process. */
export async function engineAvailable(): Promise<boolean> {
  return (await whyNoEngine()) === undefined;
}

/** A suite that needs a Docker engine; skipped, with the reason in its name, where none answers. */
export function describeWithEngine(name: string, define: () => void): void {
  if (missing === undefined) describe(name, define);
  else describe.skip(`${name} (skipped: ${missing})`, define);
}

async function whyNoEngine(): Promise<string | undefined> {
  answer ??= findWhyNoEngine();
  return await answer;
}

async function findWhyNoEngine(): Promise<string | undefined> {
  const options = { reject: false, timeout: 10_000, stdin: "ignore" } as const;
  const [engine, compose] = await Promise.all([
    execa("docker", ["version", "--format", "{{.Server.Version}}"], options),
    execa("docker", ["compose", "version", "--short"], options),
  ]);
  if (engine.failed) return 'no Docker engine answers; start one, or run "make engine" on Debian as root';
  if (compose.failed) return "the Docker engine has no Compose v2 plugin; install it";
  return undefined;
}

const missing = await whyNoEngine();
