import { z } from "zod";
import type { StatSample } from "../../bus/messages/stack-watch.ts";

const Count = z.number().nonnegative();
const Reading = z.looseObject({
  read: z.string(),
  cpu_stats: z.looseObject({ cpu_usage: z.looseObject({ total_usage: Count.default(0) }) }),
  memory_stats: z
    .looseObject({
      usage: Count.optional(),
      limit: Count.optional(),
      stats: z.record(z.string(), z.number()).nullish(),
    })
    .default({}),
  networks: z
    .record(z.string(), z.looseObject({ rx_bytes: Count.default(0), tx_bytes: Count.default(0) }))
    .nullish(),
});

/** One measure of a container, with what the next one needs to know of it. */
export interface StatReading extends Omit<StatSample, "cpu"> {
  /** CPU time since the container's start, in nanoseconds. */
  readonly cpuNs: number;
  /** Nanoseconds below the millisecond count where two measures are close. */
  readonly readMs: number;
}

/** Reads one answer of the engine; nothing where the container does not run. */
export function parseStats(value: unknown): StatReading | undefined {
  const reading = Reading.safeParse(value).data;
  if (reading === undefined) return undefined;
  const readMs = Date.parse(reading.read);
  // the engine writes the year 1 for a container that does not run
  if (!(readMs > 0)) return undefined;
  const { usage = 0, limit = 0, stats } = reading.memory_stats;
  const networks = Object.values(reading.networks ?? {});
  // pages of files that were read are given back when they are needed
  const cache = stats?.["inactive_file"] ?? stats?.["total_inactive_file"] ?? 0;
  return {
    atMs: Math.floor(readMs),
    readMs,
    cpuNs: reading.cpu_stats.cpu_usage.total_usage,
    memoryBytes: Math.max(0, usage - cache),
    memoryLimitBytes: limit,
    rxBytes: networks.reduce((sum, { rx_bytes: bytes }) => sum + bytes, 0),
    txBytes: networks.reduce((sum, { tx_bytes: bytes }) => sum + bytes, 0),
  };
}

/** Makes the sample between two readings; nothing where the later one is of a new start, or not later. */
export function toSample(before: StatReading, now: StatReading): StatSample | undefined {
  const tookMs = now.readMs - before.readMs;
  if (tookMs <= 0 || now.cpuNs < before.cpuNs) return undefined;
  const { atMs, memoryBytes, memoryLimitBytes, rxBytes, txBytes } = now;
  const cpu = Math.round(((now.cpuNs - before.cpuNs) / 1e6 / tookMs) * 10_000) / 10_000;
  return { atMs, cpu, memoryBytes, memoryLimitBytes, rxBytes, txBytes };
}
