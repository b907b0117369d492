import { mkdir, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { conflict } from "../../bus/kernel/errors.ts";
import { formatAgo } from "../../terminal/time.ts";
import {
  findInstallation,
  isCopied,
  lockPathOf,
  parseInstallation,
  type Installation,
} from "./installation.ts";
import { readLock, takeLock, type LockFile } from "./lock-file.ts";
import { isSameProcess } from "../../stacks/processes/process-identity.ts";

/** Takes the lock of a root. @throws `root_in_use` */
export async function lockRoot(
  record: Installation,
): Promise<{ lock: LockFile<Installation>; left: Installation | undefined }> {
  const path = lockPathOf(record.root);
  const found = await readLock(path, parseInstallation);
  const copied = found && (await isCopied(record.root, found)) ? found.root : undefined;
  const attempt = await takeLock(path, record, (text) => {
    const holder = parseInstallation(text);
    return holder?.root === copied ? undefined : holder;
  });
  if (attempt.taken) return attempt;
  throw rootInUse(attempt.holder);
}

/** Looks before anything is begun whether a root is free. @throws `root_in_use` */
export async function refuseHeldRoot(root: string): Promise<void> {
  const holder = await findInstallation(root);
  if (holder) throw rootInUse(holder);
}

function rootInUse({ root, pid, sinceMs, prefix }: Installation): Error {
  const since = formatAgo(sinceMs, Date.now());
  return conflict(
    "root_in_use",
    `${root} is already run by process ${pid}, started ${since}. See it with "dockfra status", or stop it with "dockfra down".`,
    { params: { root, pid, since, prefix } },
  );
}

/** Takes a prefix for this user, so that two roots never share names. @throws `prefix_in_use` */
export async function lockPrefix(record: Installation, dir = prefixDir()): Promise<LockFile<Installation>> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const attempt = await takeLock(join(dir, `${record.prefix}.json`), record, parseInstallation);
  if (attempt.taken) return attempt.lock;
  const { root, pid } = attempt.holder;
  const proposal = await proposePrefix(record.prefix, dir);
  throw conflict(
    "prefix_in_use",
    `The prefix "${record.prefix}" is held by ${root} (process ${pid}). Add "--prefix ${proposal}" for this root.`,
    { params: { prefix: record.prefix, root, pid, proposal } },
  );
}

async function proposePrefix(prefix: string, dir: string): Promise<string> {
  const stem = prefix.replace(/-\d+$/, "").slice(0, 27);
  for (let number = 2; ; number++) {
    const candidate = `${stem}-${number}`;
    const holder = await readLock(join(dir, `${candidate}.json`), parseInstallation);
    if (!holder || !isSameProcess(holder)) return candidate;
  }
}

/** The roots of this user's other installations that run now. */
export async function otherRoots(root: string, dir = prefixDir()): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  const holders = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map((name) => readLock(join(dir, name), parseInstallation)),
  );
  return holders.flatMap((holder) =>
    holder && holder.root !== root && isSameProcess(holder) ? [holder.root] : [],
  );
}

function prefixDir(): string {
  return join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "dockfra", "prefixes");
}
