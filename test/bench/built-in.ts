import { createBuiltInEngine } from "../../agents/engines/built-in/engine.ts";
import { openTask } from "../support/fake-llm/project.ts";
import { startFakeLlm, type FakeLlm } from "../support/fake-llm/server.ts";
import { fakeRoleLlm } from "../support/fake-llm/told.ts";
import { call, say, type Turn } from "../support/fake-llm/turn.ts";
import { machine, percentile, rounded, toTable } from "./support/figures.ts";

export interface BuiltInFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly steps: number;
  /** Wall time of a step, from one request's arrival at the fake to the next one's; the fake answers at once. */
  readonly stepP50Ms: number;
  readonly stepP99Ms: number;
  readonly stepMeanMs: number;
  /** The same requests sent by a bare fetch, their answers read and thrown away. */
  readonly bareMeanMs: number;
  /** The engine's own part of a step. */
  readonly overheadMeanMs: number;
  /** CPU of this process, fake and engine together; does not depend on who else uses the machine. */
  readonly cpuMsPerStep: number;
  /** Mean wall time of a step by the tool that it called. */
  readonly meanMsByTool: Readonly<Record<string, number>>;
  readonly goalMs: number;
}

const rounds = 25;
const goalMs = 20;

/** A round reads, searches, writes and patches, so that all but the tests' own time is in it. */
function round(index: number): Turn[] {
  const before = index === 0 ? "start" : `round ${index - 1}`;
  return [
    call("list_files", { depth: (index % 20) + 1 }),
    call("read_file", { path: `src/file-${index % 40}.js` }),
    call("search", { pattern: "needle" }),
    call("search", { pattern: "need\\w+ \\d{1,4}$", regex: true }),
    call("write_file", { path: "notes.md", content: `round ${index}\n` }),
    call("apply_patch", { patch: `--- a/log.md\n+++ b/log.md\n@@ -1 +1 @@\n-${before}\n+round ${index}\n` }),
  ];
}

/** Measures what the built-in engine adds to a model that takes no time. */
export async function benchBuiltIn(): Promise<BuiltInFigures> {
  const files: Record<string, string> = { "log.md": "start\n" };
  for (let index = 0; index < 200; index++)
    files[`src/file-${index}.js`] = `// needle ${index}\n${"export const value = 1;\n".repeat(100)}`;
  const turns = [
    say("A plan."),
    ...Array.from({ length: rounds }, (_, index) => round(index)).flat(),
    call("finish", { summary: "Done." }),
  ];
  const arrivals: number[] = [];
  await using fake = await startFakeLlm(
    ...turns.map((turn) => () => {
      arrivals.push(performance.now());
      return turn;
    }),
  );
  await using place = await openTask({
    files,
    project: { test: undefined, budgets: { ticket_steps: 10_000, ticket_tokens: 1e9 } },
  });
  const engine = createBuiltInEngine({ llm: fakeRoleLlm(fake, place.user.stateDir), home: place.home });
  const before = process.cpuUsage();
  await engine.implement(place.task);
  const { user, system } = process.cpuUsage(before);
  const steps = arrivals.slice(1).map((atMs, index) => atMs - (arrivals[index] ?? atMs));
  const sorted = steps.toSorted((a, b) => a - b);
  const stepMeanMs = steps.reduce((sum, ms) => sum + ms, 0) / steps.length;
  const bareMeanMs = await measureBare(
    fake.requests.map(({ raw }) => raw),
    turns,
  );
  return {
    machine: machine(),
    steps: steps.length,
    stepP50Ms: rounded(percentile(sorted, 0.5)),
    stepP99Ms: rounded(percentile(sorted, 0.99)),
    stepMeanMs: rounded(stepMeanMs),
    bareMeanMs: rounded(bareMeanMs),
    overheadMeanMs: rounded(stepMeanMs - bareMeanMs),
    cpuMsPerStep: rounded((user + system) / 1_000 / steps.length),
    meanMsByTool: byTool(turns, steps),
    goalMs,
  };
}

function byTool(turns: readonly Turn[], steps: readonly number[]): Record<string, number> {
  const sums = new Map<string, { ms: number; count: number }>();
  for (const [index, ms] of steps.entries()) {
    const turn = turns[index];
    const name = (turn?.kind === "answer" ? turn.calls[0]?.name : undefined) ?? "plan";
    const sum = sums.get(name) ?? { ms: 0, count: 0 };
    sums.set(name, { ms: sum.ms + ms, count: sum.count + 1 });
  }
  return Object.fromEntries([...sums].map(([name, { ms, count }]) => [name, rounded(ms / count)]));
}

async function measureBare(bodies: readonly string[], turns: readonly Turn[]): Promise<number> {
  await using fake: FakeLlm = await startFakeLlm(...turns);
  const startMs = performance.now();
  for (const body of bodies) {
    const response = await fetch(`${fake.baseUrl}/chat/completions`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    await response.text();
  }
  return (performance.now() - startMs) / bodies.length;
}

/** The figures for people. */
export function builtInTable(figures: BuiltInFigures): string {
  const { machine: on, goalMs: goal } = figures;
  return [
    `${on.cores} cores (${on.cpu}), load ${on.load1m}, Node ${on.node}; a model that answers at once`,
    toTable([
      ["steps", "step p50 ms", "p99 ms", "mean ms", "bare fetch ms", "own part ms", "CPU ms", "goal ms"],
      [
        figures.steps,
        figures.stepP50Ms,
        figures.stepP99Ms,
        figures.stepMeanMs,
        figures.bareMeanMs,
        figures.overheadMeanMs,
        figures.cpuMsPerStep,
        goal,
      ],
    ]),
    toTable([
      ["mean ms by tool", ...Object.keys(figures.meanMsByTool)],
      ["", ...Object.values(figures.meanMsByTool)],
    ]),
  ].join("\n");
}
