import { readFileSync } from "node:fs";
import { execaSync } from "execa";

/** A process that can be recognised later: a pid alone may be given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The system's own start time, opaque: compare only. */
  readonly startedAt: string;
}

/** Reads who a pid is now, or `undefined` where nobody (or a zombie) has it. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === "linux" ? linuxStart(pid) : psStart(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether the very process recorded earlier is still running. */
export function isSameProcess(recorded: ProcessIdentity): boolean {
  return identifyProcess(recorded.pid)?.startedAt === recorded.startedAt;
}

/** Sends a signal to every member of a process group; false where the group is gone. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

function linuxStart(pid: number): string | undefined {
  const stat = readStat(pid);
  // the name in parentheses may itself hold spaces and parentheses
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!fields || fields[0] === "Z" || fields[0] === "X") return undefined;
  return fields[19];
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return undefined;
    throw error;
  }
}

function psStart(pid: number): string | undefined {
  const result = execaSync("ps", ["-o", "lstart=", "-p", String(pid)], { reject: false });
  return result.stdout.trim() || undefined;
}
