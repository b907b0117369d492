import type { NatsFetchProgress } from "../bus/server/source.ts";

/**
 * Turns progress into lines: one for each new text, then one for each further tenth of its size.
 * @param write gets lines without an end
 */
export function createProgressPrinter(write: (line: string) => void): (progress: NatsFetchProgress) => void {
  let shownText = "";
  let shownTenth = 0;
  return ({ text, doneBytes, totalBytes }) => {
    const tenth = doneBytes && totalBytes ? Math.floor((10 * doneBytes) / totalBytes) : 0;
    if (text === shownText && tenth === shownTenth) return;
    shownText = text;
    shownTenth = tenth;
    const size = totalBytes ? ` (${toMegabytes(doneBytes ?? 0)} of ${toMegabytes(totalBytes)} MB)` : "";
    write(`${text}${size}`);
  };
}

function toMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
