import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { discoverStacks, StackCache } from "../../stacks/discover/discover.ts";
import { LiveTree } from "../../stacks/tree-watch/live-tree.ts";
import { machine, percentile, rounded, toTable } from "./support/figures.ts";

export interface DiscoveryFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly files: number;
  /** Wall time of the first reading of all files. */
  readonly coldMs: number;
  /** The same again, nothing changed. */
  readonly unchangedMs: number;
  /** From the end of the write to the model with it; the pause that takes bursts together is in it. */
  readonly changedP50Ms: number;
  readonly changedP99Ms: number;
  /** CPU time of this process for one change, median. */
  readonly changedCpuMs: number;
  /** How long a bare timer of 5 ms took between the changes: what the machine itself adds. */
  readonly timerP50Ms: number;
  readonly timerP99Ms: number;
  readonly goalMs: number;
}

const files = 1_000;
const rounds = 500;
const goalMs = 20;
const corpus = join(import.meta.dirname, "../data/compose-variables");

/** Measures the discovery of 1,000 real files, and of one change among them. */
export async function benchDiscovery(): Promise<DiscoveryFigures> {
  const root = await mkdtemp(join(tmpdir(), "bench-discovery-"));
  const end = new AbortController();
  try {
    const paths = await writeTree(root);
    const cache = new StackCache();
    const coldMs = await took(() => discoverStacks(root, { cache }));
    const unchangedMs = await took(() => discoverStacks(root, { cache }));
    // the watches alone keep no process alive
    const awake = setInterval(() => undefined, 60_000);
    let told = (): void => undefined;
    const onChange = (): void => told();
    const readOptions = () => Promise.resolve({});
    await LiveTree.open({ root, sayings: [], readOptions, onChange, signal: end.signal });
    const [changed, cpu, timer]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const path = paths[(round * 7) % paths.length] ?? "";
      told = resolve;
      await writeFile(path, `services: {web: {image: "web:\${TAG_${round}:-1}"}}\n`);
      const before = process.cpuUsage();
      changed.push(await took(() => promise));
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1_000);
      timer.push(await took(() => sleep(5)));
    }
    clearInterval(awake);
    const at = (values: readonly number[], share: number): number =>
      rounded(
        percentile(
          values.toSorted((x, y) => x - y),
          share,
        ),
      );
    return {
      machine: machine(),
      files,
      coldMs: rounded(coldMs),
      unchangedMs: rounded(unchangedMs),
      changedP50Ms: at(changed, 0.5),
      changedP99Ms: at(changed, 0.99),
      changedCpuMs: at(cpu, 0.5),
      timerP50Ms: at(timer, 0.5),
      timerP99Ms: at(timer, 0.99),
      goalMs,
    };
  } finally {
    end.abort();
    await rm(root, { recursive: true });
  }
}

async function writeTree(root: string): Promise<string[]> {
  const expected: unknown = JSON.parse(await readFile(join(corpus, "expected.json"), "utf8"));
  const names = Object.keys(expected as object);
  const texts = await Promise.all(names.map((name) => readFile(join(corpus, name), "utf8")));
  const paths: string[] = [];
  for (let index = 0; index < files; index++) {
    const path = join(root, `p${index % 30}`, `s${index}`, "compose.yaml");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, texts[index % texts.length] ?? "");
    paths.push(path);
  }
  return paths;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** The figures as a table for people. */
export function discoveryTable(figures: DiscoveryFigures): string {
  const { coldMs, unchangedMs, changedP50Ms, changedP99Ms } = figures;
  return toTable([
    [`${figures.files} files`, "ms"],
    ["read for the first time", coldMs],
    ["read again, nothing changed", unchangedMs],
    ["one of them changed, p50", changedP50Ms],
    ["one of them changed, p99", changedP99Ms],
    ["its CPU time", figures.changedCpuMs],
    ["goal for one", figures.goalMs],
    ["a bare timer of 5 ms, p50", figures.timerP50Ms],
    ["a bare timer of 5 ms, p99", figures.timerP99Ms],
  ]);
}
