import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { makeLaunchHouse, type LaunchHouse } from "../integration/launch/launch-house.ts";
import { machine, rounded, toTable } from "./support/figures.ts";

const pairs = 8;
/** Without health checks each launch waits, which a few pairs show. */
const barePairs = 3;
const services = 6;

export interface LaunchFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly services: number;
  readonly withChecks: LaunchStage;
  /** The same services without health checks: Compose waits for nothing, a launch until they have run for a while. */
  readonly withoutChecks: LaunchStage;
}

export interface LaunchStage {
  readonly pairs: number;
  /** Medians, in milliseconds. */
  readonly composeMs: number;
  readonly launchMs: number;
  /** Median of the pairs' ratios: 1.05 is five per cent more. */
  readonly ratio: number;
}

/** Measures a launch as a job of the monitor beside `docker compose up -d --wait` of the same stack, in pairs, by turns first. */
export async function benchLaunch(): Promise<LaunchFigures> {
  await using house = await makeLaunchHouse();
  const withChecks = await measurePairs(house, "checked", pairs);
  const withoutChecks = await measurePairs(house, "bare", barePairs);
  return { machine: machine(), services, withChecks, withoutChecks };
}

async function measurePairs(
  house: LaunchHouse,
  kind: "checked" | "bare",
  count: number,
): Promise<LaunchStage> {
  await house.scratch.write("compose.yml", composeFile(`${house.tag}${kind}`, kind === "checked"));
  const compose = (...words: readonly string[]) =>
    execa("docker", ["compose", "--file", house.scratch.path("compose.yml"), ...words], { stdin: "ignore" });
  const measured: { readonly composeMs: number; readonly launchMs: number }[] = [];
  // the first of each warms up what both use
  for (let pair = -1; pair < count; pair += 1) {
    const times = { composeMs: 0, launchMs: 0 };
    const turns = ["composeMs", "launchMs"] as const;
    for (const turn of pair % 2 === 0 ? turns : turns.toReversed()) {
      const startMs = performance.now();
      if (turn === "composeMs") await compose("up", "--detach", "--wait");
      else await launch(house);
      times[turn] = performance.now() - startMs;
      await compose("down", "--timeout", "0");
    }
    if (pair >= 0) measured.push(times);
  }
  return {
    pairs: count,
    composeMs: Math.round(median(measured.map(({ composeMs }) => composeMs))),
    launchMs: Math.round(median(measured.map(({ launchMs }) => launchMs))),
    ratio: rounded(median(measured.map(({ composeMs, launchMs }) => launchMs / composeMs))),
  };
}

/** Shows the figures as a Markdown table. */
export function launchTable({ services: count, withChecks, withoutChecks }: LaunchFigures): string {
  const row = (name: string, { pairs: done, composeMs, launchMs, ratio }: LaunchStage) => [
    ...[name, done, `${composeMs} ms`, `${launchMs} ms`, ratio],
  ];
  return toTable([
    [`${count} services`, "pairs", "docker compose up -d --wait", "dockfra launch", "ratio"],
    row("with health checks", withChecks),
    row("without", withoutChecks),
  ]);
}

async function launch(house: LaunchHouse): Promise<void> {
  const job = await house.run({ do: "launch", stacks: [] });
  if (job.state !== "done") throw new Error(`The launch failed: ${job.error?.message ?? job.state}`);
}

function composeFile(project: string, isChecked: boolean): string {
  const mark = randomBytes(4).toString("hex");
  const names = Array.from({ length: services }, (_, index) => `s${index}`);
  const blocks = names.map((name, index) => {
    const condition = isChecked ? "service_healthy" : "service_started";
    const before = index >= 2 ? `\n    depends_on: {s${index - 2}: {condition: ${condition}}}` : "";
    const check = isChecked ? `\n    healthcheck: {test: ["CMD", "true"], interval: 1s, timeout: 5s}` : "";
    return `  ${name}:\n    image: busybox:latest\n    command: ["sleep", "600"]\n    stop_grace_period: 0s\n    labels: {mark: "${mark}"}${before}${check}`;
  });
  return `name: ${project}\nservices:\n${blocks.join("\n")}\n`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
