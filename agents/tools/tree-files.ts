import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { whyUnreadable } from "./path-policy.ts";

/** Directories that hold what others made. */
const skipped = new Set([
  "node_modules",
  ".venv",
  "__pycache__",
  "vendor",
  "dist",
  "build",
  "target",
  ".next",
  ".cache",
]);

export interface TreeFile {
  /** Relative to the project. */
  readonly path: string;
  readonly kind: "file" | "directory";
}

/** Walks what may be read below a directory, sorted, links left out; `base` is its path relative to the project. */
export async function* walkTree(
  dir: string,
  base: string,
  { depth = 64 }: { depth?: number } = {},
): AsyncGenerator<TreeFile> {
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = base === "." ? entry.name : `${base}/${entry.name}`;
    if (whyUnreadable(path) !== undefined) continue;
    if (entry.isFile()) yield { path, kind: "file" };
    else if (entry.isDirectory()) {
      yield { path, kind: "directory" };
      if (depth > 1 && !skipped.has(entry.name))
        yield* walkTree(join(dir, entry.name), path, { depth: depth - 1 });
    }
  }
}
