import { cpus, loadavg, totalmem } from "node:os";

/** The value below which this share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Rounds for people: three places below ten, one below a hundred, none above. */
export function rounded(value: number): number {
  const places = value < 10 ? 100 : value < 100 ? 10 : 1;
  return Math.round(value * places) / places;
}

/** What the figures were taken on; a loaded machine gives worse ones. */
export function machine(): { cpu: string; cores: number; memoryGb: number; load1m: number; node: string } {
  const [load1m = 0] = loadavg();
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    load1m: rounded(load1m),
    node: process.version,
  };
}

/** Rows as a plain text table; the first row is the head. */
export function toTable(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  return texts
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}
