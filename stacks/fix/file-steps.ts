import { copyFileSync, existsSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { conflict } from "../../bus/kernel/errors.ts";
import { readEnvFile, writeEnvFile } from "../env-file/env-file.ts";
import { makeSecret } from "../suggest/random-secret.ts";
import { changeMode, changeOwner, ownershipOf } from "./host-files.ts";
import { addPatch, removePatch } from "./override-file.ts";
import type { StepKind } from "./step-context.ts";

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
  apply: async ({ values }, { stateDir }) => {
    const changes = Object.entries(values).map(([name, value]) => [name, value ?? makeSecret(name)] as const);
    await writeEnvFile(join(stateDir, ".env"), new Map(changes));
  },
  revert: async ({ before }, { stateDir }) => {
    const changes = Object.entries(before).map(([name, value]) => [name, value ?? undefined] as const);
    await writeEnvFile(join(stateDir, ".env"), new Map(changes));
  },
};

/** Changes the mode of a file. */
export const modeStep: StepKind<"mode"> = {
  note: ({ path, within }) => ({ do: "mode", path, within, mode: ownershipOf(path, within).mode }),
  apply: ({ path, within, mode }) => changeMode(path, within, mode),
  revert: ({ path, within, mode }) => changeMode(path, within, mode),
};

/** Gives a directory to the user that a container runs as. */
export const ownerStep: StepKind<"owner"> = {
  note: ({ path }) => {
    const { uid, gid } = ownershipOf(path, path);
    return { do: "owner", path, uid, gid };
  },
  apply: ({ path, uid, gid }) => changeOwner(path, uid, gid),
  revert: ({ path, uid, gid }) => changeOwner(path, uid, gid),
};

/** Makes a directory, with those above it. */
export const directoryStep: StepKind<"directory"> = {
  note: ({ path }) => {
    const made: string[] = [];
    for (let at = path; !existsSync(at) && at !== dirname(at); at = dirname(at)) made.unshift(at);
    return { do: "directory", made };
  },
  apply: ({ path }) => {
    mkdirSync(path, { recursive: true });
  },
  revert: ({ made }) => {
    for (const path of made.toReversed()) removeEmpty(path);
  },
};

/** Puts a file where there is nothing, or in the place of an empty directory. */
export const fileStep: StepKind<"file"> = {
  note: ({ path }) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return { do: "file", path, ...(stats ? { mode: stats.mode & 0o7777 } : {}) };
  },
  apply: ({ path, example }) => {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return;
    removeEmpty(path);
    if (example === undefined) writeFileSync(path, "", { flag: "wx" });
    else copyFileSync(example, path);
  },
  revert: ({ path, mode }) => {
    rmSync(path, { force: true });
    if (mode !== undefined) mkdirSync(path, { recursive: true, mode });
  },
};

/** @throws `fix_not_empty` */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code === "ENOENT") return;
    throw conflict(
      "fix_not_empty",
      `${path} is not an empty directory, so it stays. Move away what is in it.`,
      {
        params: { path },
        cause: error,
      },
    );
  }
}
