import { z } from "zod";
import { removeHidden } from "../llm/untrusted-text.ts";
import { defineTool, ToolRefusal, type Tool } from "./tool.ts";
import type { WorkTree } from "./work-tree.ts";

const mostChars = 1_000_000;

/** Writes a whole file. */
export function writeFileTool(tree: WorkTree): Tool {
  return defineTool({
    name: "write_file",
    description:
      "Writes a whole text file, new or in the place of the old one. For a small change of a long file use apply_patch.",
    input: z.strictObject({ path: z.string().min(1).max(1_000), content: z.string().max(mostChars) }),
    target: ({ path }) => path,
    async run({ path, content }) {
      if (content.includes("\0"))
        throw new ToolRefusal("The content has a NUL character; only text can be written.");
      await tree.requireWritable(path);
      await refuseUnseen(tree, path);
      const changed = await tree.write(path, content);
      return { note: changed ? `Wrote ${path}.` : `${path} has this content already.`, changed };
    },
  });
}

/** Whoever was shown a file with parts taken out cannot write all of it again. */
async function refuseUnseen(tree: WorkTree, path: string): Promise<void> {
  const before = await tree.read(path).catch((error: unknown) => {
    if (error instanceof ToolRefusal) return "";
    throw error;
  });
  const { comments, invisible } = removeHidden(before, "file");
  if (comments > 0 || invisible > 0)
    throw new ToolRefusal(
      `"${path}" has comments or invisible characters that you were not shown. Change it with apply_patch.`,
    );
}
