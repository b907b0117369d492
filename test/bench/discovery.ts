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
  readonly goalMs: number;
}

const files = 1_000;
const rounds = 200;
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
    let changes = 0;
    const onChange = (): void => void changes++;
    const readOptions = () => Promise.resolve({});
    await LiveTree.open({ root, sayings: [], readOptions, onChange, signal: end.signal });
    const changed: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = changes;
      const path = paths[(round * 7) % paths.length] ?? "";
      await writeFile(path, `services: {web: {image: "web:\${TAG_${round}:-1}"}}\n`);
      changed.push(
        await took(async () => {
          while (changes === before) await sleep(0.5);
        }),
      );
    }
    const sorted = changed.toSorted((a, b) => a - b);
    return {
      machine: machine(),
      files,
      coldMs: rounded(coldMs),
      unchangedMs: rounded(unchangedMs),
      changedP50Ms: rounded(percentile(sorted, 0.5)),
      changedP99Ms: rounded(percentile(sorted, 0.99)),
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
    ["goal for one", figures.goalMs],
  ]);
}
