import type { Git } from "../git/git.ts";
import { applyPatchTool } from "./apply-patch.ts";
import { listFilesTool } from "./list-files.ts";
import { readFileTool } from "./read-file.ts";
import { searchTool } from "./search.ts";
import type { Tool } from "./tool.ts";
import type { WorkTree } from "./work-tree.ts";
import { writeFileTool } from "./write-file.ts";

/** The tools that reach the project's files. */
export function fileTools(tree: WorkTree, git: Pick<Git, "attempt">): readonly Tool[] {
  return [
    listFilesTool(tree),
    readFileTool(tree),
    searchTool(tree),
    applyPatchTool(tree, git),
    writeFileTool(tree),
  ];
}
