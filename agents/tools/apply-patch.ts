import { z } from "zod";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { parseFences } from "../engines/fences.ts";
import { reasonOf, type Git } from "../git/git.ts";
import { defineTool, ToolRefusal, type Tool } from "./tool.ts";
import type { WorkTree } from "./work-tree.ts";

const mostChars = 1_000_000;
const mostFiles = 200;

/** Applies a unified diff to the work tree, whole or not at all. */
export function applyPatchTool(tree: WorkTree, git: Pick<Git, "attempt">): Tool {
  return defineTool({
    name: "apply_patch",
    description:
      'Changes files by a unified diff with "--- a/path", "+++ b/path" and "@@" lines, paths relative to the project. It applies whole or not at all.',
    input: z.strictObject({ patch: z.string().min(1).max(mostChars) }),
    target: ({ patch }) => /^\+\+\+ (?:b\/)?(\S+)/m.exec(patch)?.[1] ?? "",
    async run({ patch }, signal) {
      const text = toPatch(patch);
      const paths = await touchedPaths(git, text, signal);
      for (const path of paths) await tree.requireWritable(path);
      const answer = await git.attempt([...applyArgs, "-"], { input: text, signal });
      if (answer.exitCode !== 0) throw refused(reasonOf(answer));
      return { note: `Changed ${paths.join(", ")}.`, changed: true };
    },
  });
}

const applyArgs = ["apply", "--recount", "--whitespace=nowarn"] as const;

/** What git itself says that the patch touches: both names where one is renamed. */
async function touchedPaths(
  git: Pick<Git, "attempt">,
  patch: string,
  signal: AbortSignal,
): Promise<string[]> {
  if (patch.includes("\0")) throw new ToolRefusal("The patch has a NUL character; only text can be patched.");
  if (
    /^(?:new file |new |old |deleted file )?mode (?:120000|160000)|^index [0-9a-f.]+ (?:120000|160000)$/m.test(
      patch,
    )
  )
    throw new ToolRefusal(
      "The patch makes or changes a symbolic link or a submodule. Only plain files can be patched.",
    );
  if (/^(?:new file |new )mode 100755$/m.test(patch))
    throw new ToolRefusal("The patch makes a file executable. File modes are changed by people only.");
  if (/^GIT binary patch$/m.test(patch))
    throw new ToolRefusal("The patch is binary. Only text can be patched.");
  if (/^(?:rename|copy) (?:from|to) /m.test(patch))
    throw new ToolRefusal("The patch renames or copies. Write the new file and delete the old one instead.");
  const answer = await git.attempt([...applyArgs, "--numstat", "-z", "-"], { input: patch, signal });
  if (answer.exitCode !== 0) throw refused(reasonOf(answer));
  const paths = answer.stdout
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.split("\t").slice(2).join("\t"));
  if (paths.length === 0)
    throw new ToolRefusal("The patch changes nothing. It needs file headers and hunks.");
  if (paths.length > mostFiles)
    throw new ToolRefusal(`The patch touches ${paths.length} files, more than ${mostFiles}. Split it.`);
  return paths;
}

/** Models wrap a patch in a fence now and then, or leave out its last line end. */
function toPatch(text: string): string {
  const bare = /^(`{3,}|~{3,})/.test(text.trimStart())
    ? (parseFences(text.trimStart())[0]?.body ?? text)
    : text;
  return bare.endsWith("\n") ? bare : `${bare}\n`;
}

function refused(why: string): Error {
  return invalidInput(
    "patch_does_not_apply",
    `The patch does not apply: ${why}. Read the file again, and make it from what stands there now.`,
    {
      params: { why },
    },
  );
}
