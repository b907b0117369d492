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
      const untilMs = performance.now() + longestMs;
      let files = 0;
      for await (const file of filesIn(tree, path)) {
        signal.throwIfAborted();
        more = hits.length >= mostHits || performance.now() > untilMs || ++files > mostFiles;
        if (more) break;
        const text = await readTextOrNothing(tree, file);
        for (const [index, line] of text.split("\n").entries()) {
          if (performance.now() > untilMs) break;
          if (!test(regex ? line.slice(0, mostPatternLineChars) : line)) continue;
          if (hits.length < mostHits)
            hits.push(`${file}:${index + 1}: ${line.trim().slice(0, mostLineChars)}`);
        }
      }
      return {
        note: `${hits.length} lines${more || hits.length >= mostHits ? "; there may be more: narrow the path or the pattern" : ""}.`,
        data: { kind: "search", origin: "project", name: pattern, text: hits.join("\n") },
      };
    },
  });
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
