import type { StatSample, StatSeries } from "../../../../bus/messages/stack-watch.ts";

/** What is drawn of a container. */
export const measures = ["cpu", "memory", "network"] as const;
export type Measure = (typeof measures)[number];

/** The values of a measure over time; network is bytes a second between two samples. */
export function valuesOf({ samples }: StatSeries, measure: Measure): number[] {
  if (measure === "cpu") return samples.map(({ cpu }) => cpu);
  if (measure === "memory") return samples.map(({ memoryBytes }) => memoryBytes);
  return samples.slice(1).map((sample, index) => rateBetween(samples[index], sample));
}

/** A counter that went back began anew with its container. */
function rateBetween(before: StatSample | undefined, after: StatSample): number {
  if (before === undefined || after.atMs <= before.atMs) return 0;
  const bytes = after.rxBytes + after.txBytes - before.rxBytes - before.txBytes;
  return Math.max(0, bytes) / ((after.atMs - before.atMs) / 1_000);
}

/** The points of a line in a box of 100 by 30; its top is the largest value, or `atLeast` where all are smaller. */
export function toPoints(values: readonly number[], atLeast: number): string {
  const top = Math.max(atLeast, ...values);
  const last = Math.max(1, values.length - 1);
  return values
    .map((value, index) => `${((index / last) * 100).toFixed(1)},${(29 - (value / top) * 28).toFixed(1)}`)
    .join(" ");
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Writes bytes in the largest unit that leaves a whole number before the point. */
export function formatBytes(bytes: number, language: string): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1_000 ** power);
}

/** Writes a measure's value. */
export function formatMeasure(measure: Measure, value: number, language: string): string {
  if (measure === "cpu")
    return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(value);
  return measure === "memory" ? formatBytes(value, language) : `${formatBytes(value, language)}/s`;
}
