import { execa } from "execa";

/** The oldest nats-server whose schedules, per-message TTL and atomic batches can be relied on. */
export const minimumNatsVersion = "2.14.0";

/** A nats-server program on this host. */
export interface NatsServer {
  /** Absolute path. */
  readonly path: string;
  /** Without the leading `v`, for example `2.14.5`. */
  readonly version: string;
}

/** Reads the version out of what `nats-server --version` prints; undefined when there is none. */
export function parseNatsVersion(output: string): string | undefined {
  return /^nats-server: v(\d+\.\d+\.\d+\S*)\s*$/m.exec(output)?.[1];
}

/** Whether a version is at least {@link minimumNatsVersion}; a pre-release counts as older than its release. */
export function isNatsVersionEnough(version: string, minimum: string = minimumNatsVersion): boolean {
  const [have, want] = [version, minimum].map(toNumbers) as [number[], number[]];
  for (const [index, wanted] of want.entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return !version.includes("-");
}

/** Asks a program for its version; undefined when it cannot be run or is no nats-server. */
export async function readNatsVersion(path: string): Promise<string | undefined> {
  const result = await execa(path, ["--version"], { reject: false, timeout: 5_000, stdin: "ignore" });
  return parseNatsVersion(`${result.stdout}\n${result.stderr}`);
}

function toNumbers(version: string): number[] {
  return version.split("-", 1)[0]!.split(".").map(Number);
}
