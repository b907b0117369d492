import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { conflict, denied, DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import type { FileChange } from "../../bus/messages/host-work.ts";
import { writeEnvFile } from "../env-file/env-file.ts";
import { changeMode, changeOwner, deniedHere, realOf, type ChangeRules } from "./host-files.ts";

export interface FileRules extends Pick<ChangeRules, "prefix"> {
  /** Of the installation, `<root>/dockfra`. */
  readonly stateDir: string;
  /** Refuses whatever is not really below this directory, in a `.git`, or in Dockfra's own directory there; default: anything goes. */
  readonly root?: string;
}

const maxExampleBytes = 1_000_000;

/**
 * Does one change of files; what this user may not change the engine does.
 * @throws `fix_path_moved`, `fix_path_denied`, `fix_not_empty`, `file_change_refused`, what `writeEnvFile` throws
 */
export async function changeFile(change: FileChange, { root, stateDir, prefix }: FileRules): Promise<void> {
  if (change.do === "env") return changeValues(change.values, stateDir);
  const { path } = change;
  const check: Check = root === undefined ? () => undefined : createCheck(root);
  const rules = { check, ...(prefix === undefined ? {} : { prefix }) };
  try {
    switch (change.do) {
      case "mode":
        return await changeMode(path, change.within, change.mode, rules);
      case "owner":
        return await changeOwner(path, change, rules);
      case "make-directory":
        return makeDirectory(path, change.mode, check);
      case "remove-directory":
        return inParent(path, check, (at) => removeEmpty(at, path));
      case "make-file":
        return makeFile(path, change.example, check);
      case "remove-file":
        return inParent(path, check, (at) => rmSync(at, { force: true }));
    }
  } catch (error) {
    if (error instanceof DockfraError || !(error instanceof Error) || !("code" in error)) throw error;
    throw deniedHere(path, String(error.code));
  }
}

async function changeValues(
  values: Readonly<Record<string, string | null>>,
  stateDir: string,
): Promise<void> {
  const changes = Object.entries(values).map(([name, value]) => {
    // what steers Dockfra itself is its operator's to set
    if (/^(?:DOCKFRA|WIZARD)_/i.test(name))
      throw denied("file_change_refused", `${name} is not changed: it is Dockfra's own. Set it yourself.`, {
        params: { path: name, why: "it is Dockfra's own" },
      });
    return [name, value ?? undefined] as const;
  });
  await writeEnvFile(join(stateDir, ".env"), new Map(changes), { forRole: true });
}

type Check = NonNullable<ChangeRules["check"]>;

function createCheck(root: string): Check {
  const real = realpathSync(root);
  return (path) => {
    const [first, ...rest] = relative(real, path).split(sep);
    const refuse = (why: string): DockfraError =>
      denied("file_change_refused", `${path} is not changed: ${why}. Change it yourself.`, {
        params: { path, why },
      });
    if (first === undefined || first === "" || first === "..") throw refuse("it is not below the project");
    if (first === "dockfra") throw refuse("it is Dockfra's own");
    if ([first, ...rest].some((name) => name.toLowerCase() === ".git")) throw refuse("it is git's own");
  };
}

/** Works on a name in its directory, which stays the one that was checked whatever is put in its place meanwhile. */
function inParent<T>(path: string, check: Check, use: (at: string) => T): T {
  const fd = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    check(join(realOf(fd, dirname(path)), basename(path)));
    const place = `/proc/self/fd/${fd}`;
    return use(join(existsSync(place) ? place : dirname(path), basename(path)));
  } finally {
    closeSync(fd);
  }
}

function makeDirectory(path: string, mode: number | undefined, check: Check): void {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing)
    inParent(one, check, (at) => mkdirSync(at, one === path && mode !== undefined ? { mode } : {}));
}

function makeFile(path: string, example: string | undefined, check: Check): void {
  const { bytes, mode } = example === undefined ? { bytes: "", mode: 0o666 } : readExample(example, check);
  inParent(path, check, (at) => {
    if (lstatSync(at, { throwIfNoEntry: false })?.isFile()) return;
    removeEmpty(at, path);
    // never through a link that is put there in between
    writeFileSync(at, bytes, { flag: "wx", mode });
  });
}

function readExample(example: string, check: Check): { bytes: Buffer; mode: number } {
  const fd = openSync(example, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    check(realOf(fd, example));
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size > maxExampleBytes)
      throw invalidInput("fix_no_example", `${example} is no small file to make a copy of.`, {
        params: { path: example },
      });
    return { bytes: readFileSync(fd), mode: stats.mode & 0o777 };
  } finally {
    closeSync(fd);
  }
}

/** @throws `fix_not_empty` */
function removeEmpty(at: string, path: string): void {
  try {
    rmdirSync(at);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code === "ENOENT") return;
    if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(String(error.code))) throw error;
    throw conflict(
      "fix_not_empty",
      `${path} is not an empty directory, so it stays. Move away what is in it.`,
      { params: { path }, cause: error },
    );
  }
}
