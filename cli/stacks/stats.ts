import { setTimeout as sleep } from "node:timers/promises";
import type { StatSeries } from "../../bus/messages/stack-watch.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import type { Screen } from "../../terminal/screen.ts";
import { formatBytes } from "../../terminal/size.ts";
import { alignRows } from "../../terminal/table.ts";

interface StatsOptions {
  readonly follow?: boolean;
}

const everyMs = 2_000;
/** The monitor measures seldom while nobody looks; the first look waits for a fresh sample. */
const firstWaitMs = 6_000;

/** `stats [STACK]`: CPU, memory, network and restarts of the services that run. @throws `not_running` */
export async function stats(invocation: Invocation<StatsOptions>, stack?: string): Promise<void> {
  const { options, screen, signal } = invocation;
  await withOperator(invocation, async (bus) => {
    const ask = async (): Promise<StatSeries[]> =>
      (await bus.question("monitor.stats", stack === undefined ? {} : { stack })).series;
    const untilMs = performance.now() + firstWaitMs;
    let series = await ask();
    while (!isFresh(series) && performance.now() < untilMs && !signal.aborted) {
      await sleep(500, undefined, { signal }).catch(() => undefined);
      series = await ask();
    }
    show(screen, series);
    while (options.follow && !signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) show(screen, await ask());
    }
  });
}

function isFresh(series: readonly StatSeries[]): boolean {
  const newestMs = Math.max(...series.map(({ samples }) => samples.at(-1)?.atMs ?? 0));
  return Date.now() - newestMs < everyMs * 2;
}

function show(screen: Screen, series: readonly StatSeries[]): void {
  if (screen.json) {
    screen.data({ ok: true, series });
    return;
  }
  const measured = series.filter(({ samples }) => samples.length > 0);
  if (measured.length === 0) screen.line("No service of a stack runs, or none was measured yet.");
  const rows = measured.map(toRow);
  if (rows.length > 0)
    for (const line of alignRows([
      ["STACK", "SERVICE", "CPU", "MEMORY", "IN", "OUT", "RESTARTS", "CPU LATELY"],
      ...rows,
    ]))
      screen.line(line);
}

function toRow({ stack, service, restarts, samples }: StatSeries): string[] {
  const last = samples.at(-1);
  const memory = formatBytes(last?.memoryBytes ?? 0);
  return [
    stack,
    service,
    `${((last?.cpu ?? 0) * 100).toFixed(1)} %`,
    last && last.memoryLimitBytes > 0 ? `${memory} of ${formatBytes(last.memoryLimitBytes)}` : memory,
    formatBytes(last?.rxBytes ?? 0),
    formatBytes(last?.txBytes ?? 0),
    String(restarts),
    sparkline(samples.slice(-30).map(({ cpu }) => cpu)),
  ];
}

const bars = "▁▂▃▄▅▆▇█";

/** Draws values as bars, the largest one full; one core at least is a full bar's worth. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(0.1, ...values);
  return values.map((value) => bars[Math.min(7, Math.floor((value / most) * 8))] ?? "").join("");
}
