import { cp } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { makeScratch } from "../support/scratch.ts";
import { machine, rounded, toTable } from "./support/figures.ts";
import { cpuMsOf, familyOf, pssBytesOf } from "./support/processes.ts";

const UpAnswer = z.object({
  ok: z.literal(true),
  pid: z.int(),
  readyMs: z.number(),
  parts: z.array(z.object({ part: z.string(), pid: z.int() })),
});
type UpAnswer = z.infer<typeof UpAnswer>;

const dockfra = fileURLToPath(new URL("../../bin/dockfra", import.meta.url));
const sample = fileURLToPath(new URL("../../stacks/blueprints/sample", import.meta.url));

/** A copy of the sample project, with `dockfra up` and `down` on it. */
async function openProject() {
  const scratch = await makeScratch();
  const root = scratch.path("shop");
  await cp(sample, root, { recursive: true });
  const run = (...argv: readonly string[]) =>
    execa(dockfra, [...argv, "--root", root, "--json"], {
      stdin: "ignore",
      env: { DOCKFRA_LOG: "warn", DOCKFRA_RUNTIME: "process" },
    });
  return {
    /** Starts everything; how long the command took, and what it answered. */
    async up(): Promise<{ tookMs: number; answer: UpAnswer }> {
      const startMs = performance.now();
      const { stdout } = await run(
        "up",
        "--detach",
        "--yes-git-init",
        "--port",
        "0",
        "--prefix",
        `bench-${process.pid}`,
      );
      return { tookMs: performance.now() - startMs, answer: UpAnswer.parse(JSON.parse(stdout)) };
    },
    down: () => run("down"),
    async [Symbol.asyncDispose]() {
      await run("down");
      await scratch[Symbol.asyncDispose]();
    },
  };
}

export interface UpFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly coldMs: number;
  /** From the command to its answer, each on a project that was up before. */
  readonly warmMs: readonly number[];
  /** What the supervisor says of the same starts. */
  readonly readyMs: readonly number[];
}

/** Measures `dockfra up --detach` until everything is ready. */
export async function benchUp(times = 5): Promise<UpFigures> {
  await using project = await openProject();
  const cold = await project.up();
  const warm: { tookMs: number; answer: UpAnswer }[] = [];
  for (let n = 0; n < times; n += 1) {
    await project.down();
    warm.push(await project.up());
  }
  return {
    machine: machine(),
    coldMs: Math.round(cold.tookMs),
    warmMs: warm.map(({ tookMs }) => Math.round(tookMs)).toSorted((a, b) => a - b),
    readyMs: warm.map(({ answer }) => Math.round(answer.readyMs)).toSorted((a, b) => a - b),
  };
}

export interface MemoryFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly overSeconds: number;
  readonly pssMb: number;
  /** Share of one core, in percent, of all processes together. */
  readonly cpuPercent: number;
  readonly processes: readonly {
    readonly name: string;
    readonly pssMb: number;
    readonly cpuPercent: number;
  }[];
}

/** Measures what an installation takes that has nothing to do. */
export async function benchMemory(overSeconds = 20): Promise<MemoryFigures> {
  await using project = await openProject();
  const { answer } = await project.up();
  await sleep(10_000); // what starts lazily has started
  const names = new Map(answer.parts.map(({ part, pid }) => [pid, part]));
  const family = await familyOf(answer.pid);
  const nameOf = ({ pid, name }: { pid: number; name: string }): string =>
    names.get(pid) ?? (pid === answer.pid ? "supervisor" : name);
  const cpu = (): Promise<number[]> => Promise.all(family.map(({ pid }) => cpuMsOf(pid)));
  const before = await cpu();
  await sleep(overSeconds * 1_000);
  const [after, pss] = [await cpu(), await Promise.all(family.map(({ pid }) => pssBytesOf(pid)))];
  const percentAt = (index: number): number =>
    ((after[index] ?? 0) - (before[index] ?? 0)) / (overSeconds * 10);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    machine: machine(),
    overSeconds,
    pssMb: Math.round(sum(pss) / 1024 ** 2),
    cpuPercent: rounded(sum(family.map((_, index) => percentAt(index)))),
    processes: family.map((one, index) => ({
      name: nameOf(one),
      pssMb: Math.round((pss[index] ?? 0) / 1024 ** 2),
      cpuPercent: rounded(percentAt(index)),
    })),
  };
}

/** The start's figures for people. */
export function upTable({ machine: on, coldMs, warmMs, readyMs }: UpFigures): string {
  return [
    `${on.cores} cores (${on.cpu}), load ${on.load1m}, Node ${on.node}`,
    `first up, with the git repository made: ${coldMs} ms`,
    `warm up: ${warmMs.join(", ")} ms (the supervisor alone: ${readyMs.join(", ")} ms)`,
  ].join("\n");
}

/** The memory's figures for people. */
export function memoryTable({
  machine: on,
  overSeconds,
  pssMb,
  cpuPercent,
  processes,
}: MemoryFigures): string {
  const rows = processes.map(({ name, pssMb: mb, cpuPercent: percent }) => [name, mb, percent]);
  return [
    `${on.cores} cores (${on.cpu}), load ${on.load1m}, Node ${on.node}; idle, CPU over ${overSeconds} s`,
    toTable([["process", "PSS MB", "CPU %"], ...rows, ["all", pssMb, cpuPercent]]),
  ].join("\n");
}
