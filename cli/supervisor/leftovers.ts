import { isSameProcess, type ProcessIdentity } from "../../stacks/processes/process-identity.ts";
import { waitForEnd } from "./part.ts";

/** Ends processes of a supervisor that died, if they are still the same ones; gives how many there were. */
export async function endLeftovers(
  processes: readonly ProcessIdentity[],
  { graceMs = 5_000 } = {},
): Promise<number> {
  const alive = processes.filter(isSameProcess);
  for (const { pid } of alive) signal(pid, "SIGTERM");
  await Promise.all(
    alive.map(async ({ pid, startedAt }) => {
      if (await waitForEnd(pid, startedAt, graceMs)) return;
      signal(pid, "SIGKILL");
      await waitForEnd(pid, startedAt, 2_000);
    }),
  );
  return alive.length;
}

/** Signals a process; false where it is gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
