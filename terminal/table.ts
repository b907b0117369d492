import { stripVTControlCharacters } from "node:util";

/** One cell; may hold colour codes, which have no width. */
export type Cell = string;

/** Aligns rows in columns, two blanks between; the last column runs free, and no line ends with blanks. */
export function alignRows(rows: readonly (readonly Cell[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (column < row.length - 1) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (column < row.length - 1 ? padTo(cell, widths[column] ?? 0) : cell))
      .join("  ")
      .trimEnd(),
  );
}

/** Cuts a line off where a terminal of this width would break it; colours end where they would have. */
export function clipLine(line: string, columns: number): string {
  let left = columns - 1;
  return line
    .split(/(\p{Cc}\[[\d;]*m)/u)
    .map((piece, index) => {
      if (index % 2 === 1) return piece;
      const shown = [...piece].slice(0, Math.max(0, left));
      left -= shown.length;
      return shown.join("");
    })
    .join("");
}

function padTo(cell: Cell, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(cell: Cell): number {
  return [...stripVTControlCharacters(cell)].length;
}
