const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** Says how long something took: `340 ms`, `2.1 sec`, `3 min 5 sec`. */
export function formatDuration(ms: number, language: string): string {
  const say = (value: number, unit: string, digits = 0): string =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  if (ms < 1_000) return say(Math.round(ms), "millisecond");
  if (ms < 10_000) return say(ms / 1_000, "second", 1);
  const seconds = Math.round(ms / 1_000);
  const parts: string[] = [];
  let left = seconds * 1_000;
  for (const [unit, sizeMs] of units) {
    const count = Math.floor(left / sizeMs);
    left -= count * sizeMs;
    if (count > 0) parts.push(say(count, unit));
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** Says how long ago a moment was: `5 min. ago`. */
export function formatAgo(atMs: number, nowMs: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const elapsedMs = Math.max(0, nowMs - atMs);
  const [unit, sizeMs] = units.find(([, size]) => elapsedMs >= size) ?? ["second", 1_000];
  if (elapsedMs < 5_000) return format.format(0, "second");
  return format.format(-Math.floor(elapsedMs / sizeMs), unit);
}

/** Says a moment in full. */
export function formatMoment(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(atMs);
}

/** Says the time of day. */
export function formatTime(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(atMs);
}
