import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { newId } from "../../bus/kernel/ids.ts";
import { isSameProcess, type ProcessIdentity } from "../../stacks/processes/process-identity.ts";

/** A lock that a process holds as long as it lives; the file tells who it is, and more for its readers. */
export interface LockFile<T extends ProcessIdentity> {
  /** Writes what is new about the holder, at once and whole. */
  update(record: T): Promise<void>;
  release(): Promise<void>;
}

/** `left` is what a holder that died without releasing wrote, for its leftovers to be cleaned. */
export type LockAttempt<T extends ProcessIdentity> =
  | { readonly taken: true; readonly lock: LockFile<T>; readonly left: T | undefined }
  | { readonly taken: false; readonly holder: T };

/** Takes a lock for a living process, or says who has it; `parse` gives `undefined` for what it cannot read. */
export async function takeLock<T extends ProcessIdentity>(
  path: string,
  record: T,
  parse: (text: string) => T | undefined,
): Promise<LockAttempt<T>> {
  let left: T | undefined;
  for (;;) {
    if (await createWhole(path, record)) return { taken: true, lock: holdLock(path), left };
    const holder = await readLock(path, parse);
    if (holder && isSameProcess(holder)) return { taken: false, holder };
    left = (await takeAway(path, parse)) ?? left;
  }
}

/** Reads who holds a lock, dead or alive; `undefined` where there is none, or none that can be read. */
export async function readLock<T>(
  path: string,
  parse: (text: string) => T | undefined,
): Promise<T | undefined> {
  try {
    return parse(await readFile(path, "utf8"));
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** A link either makes the whole file or fails: nobody ever reads half a record. */
async function createWhole(path: string, record: unknown): Promise<boolean> {
  const temporary = `${path}.${newId()}`;
  await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Moves a dead holder's file aside; when a rival was faster and it is the rival's, it goes back. */
async function takeAway<T extends ProcessIdentity>(
  path: string,
  parse: (text: string) => T | undefined,
): Promise<T | undefined> {
  const aside = `${path}.${newId()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const moved = await readLock(aside, parse);
  if (moved && isSameProcess(moved)) await link(aside, path);
  await rm(aside, { force: true });
  return moved && !isSameProcess(moved) ? moved : undefined;
}

function holdLock<T extends ProcessIdentity>(path: string): LockFile<T> {
  return {
    update: async (record) => {
      const temporary = `${path}.${newId()}`;
      await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
      await rename(temporary, path);
    },
    release: () => rm(path, { force: true }),
  };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
