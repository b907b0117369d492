import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FileChange } from "../../bus/messages/host-work.ts";
import { readEnvFile } from "../env-file/env-file.ts";
import { makeSecret } from "../suggest/random-secret.ts";
import { changeFile as changeHere } from "./file-changes.ts";
import { ownershipOf } from "./host-files.ts";
import { addPatch, removePatch } from "./override-file.ts";
import type { StepContext, StepKind } from "./step-context.ts";

/** Changes the generated override. */
export const overrideStep: StepKind<"override"> = {
  note: () => ({ do: "override" }),
  apply: ({ patch }, { stateDir, place, fix }) => addPatch(stateDir, place.project, { fix, patch }),
  revert: (_, { stateDir, place, fix }) => removePatch(stateDir, place.project, fix),
};

/** Writes values into `dockfra/.env`. */
export const envStep: StepKind<"env"> = {
  note: async ({ values }, { stateDir }) => {
    const now = await readEnvFile(join(stateDir, ".env"));
    const before = Object.keys(values).map((name) => [name, now.get(name) ?? null] as const);
    return { do: "env", before: Object.fromEntries(before) };
  },
  apply: async ({ values }, context) => {
    const chosen = Object.entries(values).map(([name, value]) => [name, value ?? makeSecret(name)] as const);
    await change({ do: "env", values: Object.fromEntries(chosen) }, context);
  },
  revert: ({ before }, context) => change({ do: "env", values: before }, context),
};

/** Changes the mode of a file. */
export const modeStep: StepKind<"mode"> = {
  note: ({ path, within }) => ({ do: "mode", path, within, mode: ownershipOf(path, within).mode }),
  apply: (step, context) => change(step, context),
  revert: (undo, context) => change(undo, context),
};

/** Gives a directory to the user that a container runs as. */
export const ownerStep: StepKind<"owner"> = {
  note: ({ path }) => {
    const { uid, gid } = ownershipOf(path, path);
    return { do: "owner", path, uid, gid };
  },
  apply: (step, context) => change(step, context),
  revert: (undo, context) => change(undo, context),
};

/** Makes a directory, with those above it. */
export const directoryStep: StepKind<"directory"> = {
  note: ({ path }) => {
    const made: string[] = [];
    for (let at = path; !existsSync(at) && at !== dirname(at); at = dirname(at)) made.unshift(at);
    return { do: "directory", made };
  },
  apply: ({ path }, context) => change({ do: "make-directory", path }, context),
  revert: async ({ made }, context) => {
    for (const path of made.toReversed())
      if (existsSync(path)) await change({ do: "remove-directory", path }, context);
  },
};

/** Puts a file where there is nothing, or in the place of an empty directory. */
export const fileStep: StepKind<"file"> = {
  note: ({ path }) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return { do: "file", path, ...(stats ? { mode: stats.mode & 0o7777 } : {}) };
  },
  apply: ({ path, example }, context) =>
    change({ do: "make-file", path, ...(example === undefined ? {} : { example }) }, context),
  revert: async ({ path, mode }, context) => {
    if (existsSync(path)) await change({ do: "remove-file", path }, context);
    if (mode !== undefined) await change({ do: "make-directory", path, mode }, context);
  },
};

async function change(wish: FileChange, { stateDir, changeFile }: StepContext): Promise<void> {
  await (changeFile?.(wish) ?? changeHere(wish, { stateDir }));
}
