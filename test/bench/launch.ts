import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { makeLaunchHouse, type LaunchHouse } from "../integration/launch/launch-house.ts";
import { machine, rounded, toTable } from "./support/figures.ts";

const pairs = 8;
const services = 6;

export interface LaunchFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly pairs: number;
  readonly services: number;
  /** Medians, in milliseconds. */
  readonly composeMs: number;
  readonly launchMs: number;
  /** Median of the pairs' ratios: 1.05 is five per cent more. */
  readonly ratio: number;
}

/** Measures a launch as a job of the monitor beside `docker compose up -d --wait` of the same stack, in pairs, by turns first. */
export async function benchLaunch(): Promise<LaunchFigures> {
  await using house = await makeLaunchHouse();
  const project = `${house.tag}bench`;
  await house.scratch.write("compose.yml", composeFile(project));
  const compose = (...words: readonly string[]) =>
    execa("docker", ["compose", "--file", house.scratch.path("compose.yml"), ...words], { stdin: "ignore" });
  const measured: { readonly composeMs: number; readonly launchMs: number }[] = [];
  // the first of each warms up what both use
  for (let pair = -1; pair < pairs; pair += 1) {
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
    ...{ machine: machine(), pairs, services },
    composeMs: Math.round(median(measured.map(({ composeMs }) => composeMs))),
    launchMs: Math.round(median(measured.map(({ launchMs }) => launchMs))),
    ratio: rounded(median(measured.map(({ composeMs, launchMs }) => launchMs / composeMs))),
  };
}

/** Shows the figures as a Markdown table. */
export function launchTable(figures: LaunchFigures): string {
  const { composeMs, launchMs, ratio } = figures;
  return toTable([
    ["services", "pairs", "docker compose up -d --wait", "dockfra launch", "ratio"],
    [figures.services, figures.pairs, `${composeMs} ms`, `${launchMs} ms`, ratio],
  ]);
}

async function launch(house: LaunchHouse): Promise<void> {
  const job = await house.run({ do: "launch", stacks: [] });
  if (job.state !== "done") throw new Error(`The launch failed: ${job.error?.message ?? job.state}`);
}

function composeFile(project: string): string {
  const mark = randomBytes(4).toString("hex");
  const names = Array.from({ length: services }, (_, index) => `s${index}`);
  const blocks = names.map((name, index) => {
    const before = index >= 2 ? `\n    depends_on: {s${index - 2}: {condition: service_healthy}}` : "";
    return `  ${name}:\n    image: busybox:latest\n    command: ["sleep", "600"]\n    stop_grace_period: 0s\n    labels: {mark: "${mark}"}${before}\n    healthcheck: {test: ["CMD", "true"], interval: 1s, timeout: 5s}`;
  });
  return `name: ${project}\nservices:\n${blocks.join("\n")}\n`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
