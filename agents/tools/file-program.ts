/**
 * Run by the agent as the sandbox's user: does the one file tool call that comes on stdin, in the work tree that the
 * argument names, and answers on stdout. So a call reaches what that user reaches, whatever path it was talked into.
 */
import { json } from "node:stream/consumers";
import { DockfraError } from "../../bus/kernel/errors.ts";
import { createPlainGit } from "../git/git.ts";
import type { FileCall, FileReply } from "./file-call.ts";
import { fileTools } from "./file-tools.ts";
import { ToolRefusal } from "./tool.ts";
import { openWorkTree } from "./work-tree.ts";

const [, , dir] = process.argv;
if (dir === undefined) throw new Error("Name the work tree.");
const { name, input } = (await json(process.stdin)) as FileCall;
process.stdout.write(JSON.stringify(await answer(dir)));

async function answer(at: string): Promise<FileReply> {
  try {
    const tree = await openWorkTree(at);
    const tool = fileTools(tree, createPlainGit(tree.dir)).find((known) => known.name === name);
    if (tool === undefined) return { refusal: `There is no tool "${name}".` };
    return { answer: await tool.run(tool.input.parse(input), new AbortController().signal) };
  } catch (error) {
    if (error instanceof ToolRefusal || error instanceof DockfraError) return { refusal: error.message };
    if (error instanceof Error && "code" in error)
      return { refusal: `The system refuses it (${String(error.code)}).` };
    throw error;
  }
}
