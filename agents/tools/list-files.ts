import { stat } from "node:fs/promises";
import { z } from "zod";
import { defineTool, ToolRefusal, type Tool } from "./tool.ts";
import { walkTree } from "./tree-files.ts";
import { normalize, type WorkTree } from "./work-tree.ts";

const most = 500;

/** Lists files and directories, at most 500. */
export function listFilesTool(tree: WorkTree): Tool {
  return defineTool({
    name: "list_files",
    description: "Lists the project's files below a directory. Directories end with a slash.",
    input: z.strictObject({
      path: z
        .string()
        .max(1_000)
        .default(".")
        .describe('Directory relative to the project, "." for all of it.'),
      depth: z.int().min(1).max(20).default(4).describe("How many levels down."),
    }),
    target: ({ path }) => path,
    async run({ path, depth }) {
      const dir = await tree.resolve(path);
      if (!(await stat(dir)).isDirectory()) throw new ToolRefusal(`"${path}" is a file. Use read_file.`);
      const lines: string[] = [];
      let more = false;
      for await (const { path: found, kind } of walkTree(dir, normalize(path), { depth })) {
        more = lines.length >= most;
        if (more) break;
        lines.push(kind === "directory" ? `${found}/` : found);
      }
      return {
        ...(more ? { note: `Only the first ${most} are shown: name a directory below.` } : {}),
        data: { kind: "listing", origin: "project", name: path, text: lines.join("\n") },
      };
    },
  });
}
