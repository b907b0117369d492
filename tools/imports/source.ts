import { posix } from "node:path";

/** One import statement, export-from statement or `import()` of a file. */
export interface Import {
  /** A path from the repository's root for a relative import, otherwise the specifier as written. */
  readonly target: string;
  readonly line: number;
  /** Whether it is gone after type stripping. */
  readonly typeOnly: boolean;
  /** The names between the braces, without aliases; empty for other forms. */
  readonly names: readonly string[];
}

/** A TypeScript file as the import checks see it. */
export interface Source {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

// Statements start a line in formatted code; whatever looks like one inside a string is indented or quoted.
const statement = /^(?:import|export)(?:(?<clause>[\w$*\s{},]+?)\bfrom)?\s*"(?<specifier>[^"\n]+)";/gm;
const dynamic = /\bimport\(\s*"(?<specifier>[^"\n]+)"\s*\)/g;

/** Reads the imports of a file; it has to be formatted, as every file in the repository is. */
export function parseSource(path: string, text: string): Source {
  const imports: Import[] = [];
  for (const match of [...text.matchAll(statement), ...text.matchAll(dynamic)]) {
    const { specifier = "", clause = "" } = match.groups ?? {};
    imports.push({
      target: specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier,
      line: text.slice(0, match.index).split("\n").length,
      typeOnly: /^\s*type\b/.test(clause),
      names: parseNames(clause),
    });
  }
  return { path, text, imports };
}

function parseNames(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1] ?? "";
  return braces
    .split(",")
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, "")
        .replace(/\s+as\s.*$/, ""),
    )
    .filter((name) => name !== "");
}
