import { z } from "zod";
import { defineTool, ToolRefusal, type Tool } from "./tool.ts";
import type { WorkTree } from "./work-tree.ts";

const mostLines = 800;
const mostChars = 60_000;

/** Reads lines of a text file. */
export function readFileTool(tree: WorkTree): Tool {
  return defineTool({
    name: "read_file",
    description: `Reads a text file of the project, at most ${mostLines} lines at once.`,
    input: z.strictObject({
      path: z.string().min(1).max(1_000),
      from: z.int().min(1).default(1).describe("First line, counted from 1."),
      to: z.int().min(1).optional().describe("Last line; without it, as much as can be shown."),
    }),
    target: ({ path }) => path,
    async run({ path, from, to }) {
      const lines = (await tree.read(path)).split("\n");
      if (lines.at(-1) === "") lines.pop();
      if (to !== undefined && to < from) throw new ToolRefusal(`Line ${to} is before line ${from}.`);
      if (from > Math.max(1, lines.length)) throw new ToolRefusal(`"${path}" has ${lines.length} lines.`);
      const shown = lines.slice(from - 1, Math.min(to ?? lines.length, from - 1 + mostLines));
      while (shown.length > 1 && lengthOf(shown) > mostChars) shown.length = Math.ceil(shown.length / 2);
      const text = shown.join("\n").slice(0, mostChars);
      return {
        note: `Lines ${from} to ${from - 1 + shown.length} of ${lines.length}.`,
        data: { kind: "file", origin: "project", name: path, text },
      };
    },
  });
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
