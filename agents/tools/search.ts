import { stat } from "node:fs/promises";
import { z } from "zod";
import { createLinearPattern, type LineTest } from "./linear-pattern.ts";
import { defineTool, ToolRefusal, type Tool } from "./tool.ts";
import { walkTree } from "./tree-files.ts";
import { normalize, type WorkTree } from "./work-tree.ts";

const mostHits = 100;
const mostLineChars = 300;
const mostPatternLineChars = 2_000;
const mostFiles = 20_000;
const longestMs = 3_000;
const batchSize = 32;

/** Searches the project's text files line by line. */
export function searchTool(tree: WorkTree): Tool {
  return defineTool({
    name: "search",
    description:
      "Finds lines in the project's text files, by plain text or by a simple regular expression (no look-around, no back references).",
    input: z.strictObject({
      pattern: z.string().min(1).max(500),
      regex: z.boolean().default(false).describe("Whether the pattern is a regular expression."),
      ignoreCase: z.boolean().default(false),
      path: z.string().max(1_000).default(".").describe("Directory or file to search in."),
    }),
    target: ({ pattern }) => pattern,
    async run({ pattern, regex, ignoreCase, path }, signal) {
      const test = regex ? createLinearPattern(pattern, { ignoreCase }) : createTextTest(pattern, ignoreCase);
      const hits: string[] = [];
      let more = false;
      let files = 0;
      const untilMs = performance.now() + longestMs;
      for await (const batch of inBatches(filesIn(tree, path))) {
        signal.throwIfAborted();
        more = hits.length >= mostHits || performance.now() > untilMs || (files += batch.length) > mostFiles;
        if (more) break;
        const texts = await Promise.all(batch.map((file) => readTextOrNothing(tree, file)));
        for (const [index, text] of texts.entries())
          // one look at the whole is much cheaper than one at each line
          if (regex || test(text)) findLines(batch[index] ?? "", text, test, { regex, hits, untilMs });
      }
      return {
        note: `${hits.length} lines${more || hits.length >= mostHits ? "; there may be more: narrow the path or the pattern" : ""}.`,
        data: { kind: "search", origin: "project", name: pattern, text: hits.join("\n") },
      };
    },
  });
}

/** Reads many files at once: most of a search is waiting for the disk. */
async function* inBatches(files: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const file of files) {
    batch.push(file);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

interface Finding {
  readonly regex: boolean;
  readonly hits: string[];
  readonly untilMs: number;
}

function findLines(file: string, text: string, test: LineTest, { regex, hits, untilMs }: Finding): void {
  for (const [index, line] of text.split("\n").entries()) {
    if (hits.length >= mostHits || performance.now() > untilMs) return;
    if (test(regex ? line.slice(0, mostPatternLineChars) : line))
      hits.push(`${file}:${index + 1}: ${line.trim().slice(0, mostLineChars)}`);
  }
}

async function* filesIn(tree: WorkTree, path: string): AsyncGenerator<string> {
  const real = await tree.resolve(path);
  if ((await stat(real)).isFile()) {
    yield normalize(path);
    return;
  }
  for await (const { path: found, kind } of walkTree(real, normalize(path))) if (kind === "file") yield found;
}

/** What is no text, too large or gone has no lines. */
async function readTextOrNothing(tree: WorkTree, path: string): Promise<string> {
  return tree.read(path).catch((error: unknown) => {
    if (error instanceof ToolRefusal) return "";
    throw error;
  });
}

function createTextTest(pattern: string, ignoreCase: boolean): LineTest {
  if (!ignoreCase) return (line) => line.includes(pattern);
  const wanted = pattern.toLowerCase();
  return (line) => line.toLowerCase().includes(wanted);
}
