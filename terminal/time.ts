const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** Writes a duration with its largest unit: `850 ms`, `12 s`, `3 min`, `2 h`, `4 d`. */
export function formatDuration(durationMs: number): string {
  for (const [name, sizeMs] of units) {
    if (durationMs >= sizeMs) {
      const value = durationMs / sizeMs;
      return `${name === "s" && value < 10 ? value.toFixed(1) : Math.floor(value)} ${name}`;
    }
  }
  return `${Math.max(0, Math.round(durationMs))} ms`;
}

/** Writes a moment as people say it: `just now`, `12 s ago`, `in 3 min`. */
export function formatAgo(atMs: number, nowMs: number): string {
  const distanceMs = nowMs - atMs;
  if (Math.abs(distanceMs) < 1_500) return "just now";
  const text = formatDuration(Math.floor(Math.abs(distanceMs) / 1_000) * 1_000).replace(".0 s", " s");
  return distanceMs > 0 ? `${text} ago` : `in ${text}`;
}

/** Writes the time of day of a moment, local, `14:03:59`. */
export function formatClock(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** Writes a moment in full, local, `2026-01-31 14:03:59`. */
export function formatMoment(atMs: number): string {
  const at = new Date(atMs);
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  return `${date} ${formatClock(atMs)}`;
}
