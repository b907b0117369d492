import { access, link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
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
  for (;;) {
    if (await createWhole(path, record)) return { taken: true, lock: holdLock(path), left: undefined };
    const holder = await readLock(path, parse);
    if (holder && isSameProcess(holder)) return { taken: false, holder };
    const slots = await claimSuccession(path, nameOf(holder), record, parse);
    if (slots === undefined) {
      await sleep(rivalMs);
      continue;
    }
    // only the one who has the slot may replace this very record; a rival may have done so before we had it
    const current = await readLock(path, parse);
    const entitled = nameOf(current) === nameOf(holder) && (await exists(path));
    if (entitled) await replaceWhole(path, record);
    await Promise.all(slots.map((slot) => rm(slot, { force: true })));
    if (entitled) return { taken: true, lock: holdLock(path), left: holder };
  }
}

const rivalMs = 20;

/**
 * Claims to be the one who follows a dead holder: there is one slot for each, named after it, and where its claimant
 * died too, the slot named after that one counts. Gives the slots to clear, or `undefined` where a living rival has it.
 */
async function claimSuccession<T extends ProcessIdentity>(
  path: string,
  dead: string,
  record: T,
  parse: (text: string) => T | undefined,
): Promise<string[] | undefined> {
  const slot = `${path}.after-${dead}`;
  if (await createWhole(slot, record)) return [slot];
  const rival = await readLock(slot, parse);
  if (rival === undefined || isSameProcess(rival)) return undefined;
  const further = await claimSuccession(path, nameOf(rival), record, parse);
  return further && [...further, slot];
}

function nameOf(holder: ProcessIdentity | undefined): string {
  return holder ? `${holder.pid}-${holder.startedAt.replaceAll(/[^A-Za-z0-9]/g, "_")}` : "unreadable";
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

async function replaceWhole(path: string, record: unknown): Promise<void> {
  const temporary = `${path}.${newId()}`;
  await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
  await rename(temporary, path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function holdLock<T extends ProcessIdentity>(path: string): LockFile<T> {
  return {
    update: (record) => replaceWhole(path, record),
    release: () => rm(path, { force: true }),
  };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
