import { linkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "../../processes/process-identity.ts";
import { readIfThere } from "../durable-file.ts";

const Holder = z.object({ pid: z.int().positive(), startedAt: z.string() });

/** Makes this process the one runner of a state directory; false where another lives. The lock of a dead process is taken over. */
export function lockRunner(dir: string): boolean {
  const lock = lockFile(dir);
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identifyProcess(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (tryLink(draft, lock)) return true;
      const holder = readRunner(dir);
      if (holder) return false;
      putAside(lock, `${draft}.stale`, dir);
    }
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Reads which live process is the runner of a state directory. */
function readRunner(dir: string): ProcessIdentity | undefined {
  const text = readIfThere(lockFile(dir));
  const holder = text === undefined ? undefined : Holder.safeParse(parseJson(text));
  return holder?.success && isSameProcess(holder.data) ? holder.data : undefined;
}

/** Gives the lock up. */
export function unlockRunner(dir: string): void {
  rmSync(lockFile(dir), { force: true });
}

/** Renaming is atomic: of two that find the same dead lock one moves it; whoever moved a live one by mistake puts it back. */
function putAside(lock: string, aside: string, dir: string): void {
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  const moved = Holder.safeParse(parseJson(readIfThere(aside) ?? ""));
  if (moved.success && isSameProcess(moved.data)) tryLink(aside, lockFile(dir));
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function lockFile(dir: string): string {
  return join(dir, "runner.lock");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
