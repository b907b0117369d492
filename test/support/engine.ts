import { execa } from "execa";
import { describe } from "vitest";

const missing = await findWhyNoEngine();

/** A suite that needs a Docker engine with Compose v2; skipped, with the reason in its name, where none answers. */
export function describeWithEngine(name: string, define: () => void): void {
  if (missing === undefined) describe(name, define);
  else describe.skip(`${name} (skipped: ${missing})`, define);
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
