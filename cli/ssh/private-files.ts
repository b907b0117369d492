import { chmod, chown, link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";

/** Who gets a file; without it, it stays with who runs Dockfra. */
export interface Owner {
  readonly uid: number;
}

/** Makes a directory that its owner alone lists and, but for a mode that says more, enters; or makes one that is there so. */
export async function ensurePrivateDir(
  dir: string,
  owner?: Owner,
  mode: 0o700 | 0o711 = 0o700,
): Promise<void> {
  await mkdir(dir, { recursive: true, mode });
  await chmod(dir, mode);
  await giveTo(dir, owner);
}

/** Writes a file 0600 that is not there yet; false where it is, which is then left as it is. */
export async function createPrivate(path: string, text: string): Promise<boolean> {
  const draft = await writeDraft(path, text);
  try {
    // a link never replaces, so of two starters one wins
    await link(draft, path);
    await syncDir(dirname(path));
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Puts a file 0600 in place at once: a reader sees the old text or the new one. Nothing happens where it is there already. */
export async function replacePrivate(path: string, text: string, owner?: Owner): Promise<boolean> {
  if ((await readIfPrivate(path, owner)) === text) return false;
  const draft = await writeDraft(path, text, owner);
  try {
    await rename(draft, path);
    await syncDir(dirname(path));
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Reads a text, or `undefined` where there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Reads a private key's text. @throws `ssh_key_exposed` where others may read it */
export async function readPrivate(path: string): Promise<string | undefined> {
  const text = await readIfThere(path);
  if (text !== undefined && ((await stat(path)).mode & 0o077) !== 0)
    throw invalidInput("ssh_key_exposed", `${path} can be read by others. Run: chmod 600 ${path}`, {
      params: { path },
    });
  return text;
}

async function readIfPrivate(path: string, owner: Owner | undefined): Promise<string | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const { mode, uid } = await stat(path);
  return (mode & 0o777) === 0o600 && (owner === undefined || uid === owner.uid) ? text : undefined;
}

async function writeDraft(path: string, text: string, owner?: Owner): Promise<string> {
  const draft = `${path}.${newId()}.draft`;
  await using file = await open(draft, "wx", 0o600);
  await file.writeFile(text);
  if (mayGive(owner)) await file.chown(owner.uid, owner.uid);
  await file.sync();
  return draft;
}

async function giveTo(path: string, owner: Owner | undefined): Promise<void> {
  if (mayGive(owner)) await chown(path, owner.uid, owner.uid);
}

/** Only root may give a file away; for others the agent has their own uid. */
function mayGive(owner: Owner | undefined): owner is Owner {
  return owner !== undefined && process.getuid?.() === 0;
}

async function syncDir(dir: string): Promise<void> {
  await using handle = await open(dir, "r");
  await handle.sync();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
