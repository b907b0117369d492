import { createGit } from "../git/git.ts";
import { applyPatches } from "../git/patch.ts";
import type { Engine } from "./engine.ts";
import { parseFences } from "./fences.ts";

/** The patches that a ticket's text carries, in order. */
export function patchesOf(text: string): string[] {
  return parseFences(text)
    .filter(({ language, body }) => (language === "diff" || language === "patch") && body.trim() !== "")
    .map(({ body }) => body);
}

/** Makes the engine that applies what the ticket brings: one or more fenced diffs. */
export function createPatchEngine(): Engine {
  return {
    name: "patch",
    startsFrom: "base",
    canTake: async (_ticket, { text }) => patchesOf(text).length > 0,
    async implement({ text, workTree, gitDir, signal, progress }) {
      const patches = patchesOf(text);
      progress("patch_applying", { count: patches.length });
      await applyPatches(createGit(gitDir, workTree), patches, signal);
      return {
        summary:
          patches.length === 1
            ? "Applied the ticket's patch."
            : `Applied the ticket's ${patches.length} patches.`,
      };
    },
  };
}
