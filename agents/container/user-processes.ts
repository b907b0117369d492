import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const mostRounds = 1_000;

/**
 * Ends every process of a user that this process can see. Stops all of them before it ends any: who forks faster than we
 * look can no more. Starts no program, because there may be no room for one.
 */
export async function endProcessesOf(uid: number): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    stopAll(uid);
    const left = processesOf(uid);
    if (left.length === 0) return;
    for (const pid of left) signal(pid, "SIGKILL");
    await sleep(round === 0 ? 1 : 10);
  }
  throw new Error(`Processes of the user ${uid} cannot be ended.`);
}

function stopAll(uid: number): void {
  const stopped = new Set<number>();
  for (let round = 0; round < mostRounds; round++) {
    const fresh = processesOf(uid).filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) return;
    for (const pid of fresh) {
      signal(pid, "SIGSTOP");
      stopped.add(pid);
    }
  }
}

/** Living processes whose real user it is; what is dead and not yet collected does not count. */
export function processesOf(uid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isOf(name, uid))
    .map(Number);
}

function isOf(pid: string, uid: number): boolean {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch (error) {
    // it ended while we looked
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return false;
    throw error;
  }
  return new RegExp(`^Uid:\\s+${uid}\\s`, "m").test(status) && !/^State:\s+[ZX]/m.test(status);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
