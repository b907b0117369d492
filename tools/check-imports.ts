import { glob, readFile } from "node:fs/promises";
import { findCycles } from "./imports/cycles.ts";
import { findViolations } from "./imports/boundaries.ts";
import { parseSource, type Source } from "./imports/source.ts";

// Prints every import that the table of rooms forbids, every cycle and every shell; silent when there is none.
const excluded = ["node_modules", "work", ".cache", "dist", ".git", "stacks/blueprints", "test/data"];
const sources: Source[] = [];
for await (const path of glob("**/*.{ts,tsx}", { exclude: (folder) => excluded.includes(folder) })) {
  sources.push(parseSource(path, await readFile(path, "utf8")));
}
const problems = [...sources.flatMap(findViolations), ...findCycles(sources)];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
