import { InvalidArgumentError } from "commander";

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a moment as milliseconds of the epoch: how long ago (`90s`, `10m`, `2h`, `1d`), or a date with or without a time. */
export function parseSince(value: string, nowMs: number = Date.now()): number {
  const [, amount, unit = ""] = /^(\d{1,9})(s|m|min|h|d)$/.exec(value) ?? [];
  if (amount !== undefined) return Math.max(0, nowMs - Number(amount) * (unitsMs[unit] ?? 1_000));
  const atMs = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (atMs >= 0) return atMs;
  throw new InvalidArgumentError(
    "a moment is how long ago, as 90s, 10m, 2h or 1d, or a date, as 2026-01-31T14:00.",
  );
}
