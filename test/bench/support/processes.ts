import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { BenchPart } from "./part.ts";

/** Ticks of `/proc/<pid>/stat` in a second: a constant of Linux's interface. */
const ticksPerSecond = 100;

/** CPU time that a process has used so far, user and system, in milliseconds. Linux only. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name in brackets may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

/** Memory of a process with shared pages counted by their share, in bytes. Linux only. */
export async function pssBytesOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1_024;
}

/** A process and all below it, by `/proc`. */
export async function familyOf(pid: number): Promise<{ pid: number; name: string }[]> {
  const parents = new Map<number, { parent: number; name: string }>();
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) continue; // it ended meanwhile
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    parents.set(Number(entry), { parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]), name });
  }
  const isBelow = (one: number): boolean => {
    for (let at: number | undefined = one; at !== undefined && at > 1; at = parents.get(at)?.parent)
      if (at === pid) return true;
    return false;
  };
  return [...parents].filter(([one]) => isBelow(one)).map(([one, { name }]) => ({ pid: one, name }));
}

/** A measured child process. */
export interface Measured extends AsyncDisposable {
  readonly pid: number;
}

const program = fileURLToPath(new URL("part.ts", import.meta.url));

/** Starts a part and waits until it says that it is ready; `BENCH_PROF` names a directory for a CPU profile of it. */
export async function startPart(options: BenchPart): Promise<Measured> {
  const profileDir = process.env.BENCH_PROF;
  const flags = profileDir
    ? ["--cpu-prof", `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${options.part}.cpuprofile`]
    : [];
  const child = execa(process.execPath, [...flags, program, JSON.stringify(options)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    buffer: false,
    reject: false,
    cleanup: true,
  });
  await Promise.race([
    new Promise<void>((resolve) => child.stdout.once("data", () => resolve())),
    child.then(({ exitCode }) =>
      Promise.reject(new Error(`The ${options.part} ended with ${exitCode} before it was ready.`)),
    ),
  ]);
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await child;
      clearTimeout(timer);
    },
  };
}
