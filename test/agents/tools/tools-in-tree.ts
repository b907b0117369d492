import { execa } from "execa";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createGit } from "../../../agents/git/git.ts";
import { createRedactor } from "../../../agents/llm/redaction.ts";
import { fileTools } from "../../../agents/tools/file-tools.ts";
import { finishTool } from "../../../agents/tools/finish.ts";
import { createToolbox } from "../../../agents/tools/toolbox.ts";
import { openWorkTree } from "../../../agents/tools/work-tree.ts";
import { makeScratch } from "../../support/scratch.ts";

/** A secret that the toolbox knows. */
export const canary = "canary-secret-5d1c";

/** The tools on an empty work tree of their own. */
export async function openTools() {
  const scratch = await makeScratch();
  const dir = scratch.path("tree");
  await mkdir(dir);
  await execa("git", ["init", "--quiet", dir]);
  const tree = await openWorkTree(dir);
  const git = createGit(join(dir, ".git"), dir);
  const tools = [...fileTools(tree, git), finishTool];
  const toolbox = createToolbox(tools, createRedactor([canary]));
  const signal = new AbortController().signal;
  return {
    dir,
    outside: scratch.path("outside.txt"),
    specs: toolbox.specs,
    write: (name: string, text: string) => scratch.write(`tree/${name}`, text),
    raw: (name: string, argumentsText: string) => toolbox.call({ id: "c", name, argumentsText }, signal),
    async use(name: string, args: object) {
      const { ok, answer } = await toolbox.call(
        { id: "c", name, argumentsText: JSON.stringify(args) },
        signal,
      );
      return { ok, note: answer.note ?? "", text: answer.data?.text ?? "", changed: answer.changed };
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
