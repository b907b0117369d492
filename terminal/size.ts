const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** Writes an amount of bytes for people: `512 B`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? "B"}`;
}
