import { unavailable } from "../../bus/kernel/errors.ts";
import type { Invocation } from "../invocation.ts";
import { isSameProcess } from "../../stacks/processes/process-identity.ts";
import { lockPathOf, parseInstallation } from "../place/installation.ts";
import { readLock } from "../place/lock-file.ts";
import { resolveRoot } from "../place/root.ts";
import { stopStacks } from "../project/stack.ts";
import { endLeftovers, signal } from "./leftovers.ts";
import { waitForEnd } from "./part.ts";

const graceMs = 30_000;

/** `down`: ends the supervisor that holds the root, which ends everything in order. @throws `supervisor_stuck` */
export async function down(invocation: Invocation<{ readonly stacks?: boolean }>): Promise<void> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const { alive, leftovers } = await stopInstallation(root);
  const stopped = options.stacks ? await stopStacks(root) : [];
  if (screen.json) return screen.data({ ok: true, root, wasRunning: alive, leftovers, stacks: stopped });
  screen.line(alive ? `Stopped what ran for ${root}.` : `Nothing ran for ${root}.`);
  if (leftovers > 0) screen.line(`${leftovers} processes of a killed run were ended too.`);
  for (const stack of stopped) screen.line(`Stopped the stack ${stack}.`);
}

/** Ends what runs for a root, and what a killed run left. @throws `supervisor_stuck` */
export async function stopInstallation(
  root: string,
): Promise<{ readonly alive: boolean; readonly leftovers: number }> {
  const found = await readLock(lockPathOf(root), parseInstallation);
  if (!found) return { alive: false, leftovers: 0 };
  const alive = isSameProcess(found);
  if (alive) {
    signal(found.pid, "SIGTERM");
    if (!(await waitForEnd(found.pid, found.startedAt, graceMs)))
      throw unavailable(
        "supervisor_stuck",
        `Process ${found.pid} did not end within ${graceMs / 1000} s. Look into ${root}/dockfra/logs, or end it with: kill -9 ${found.pid}`,
        {
          params: { pid: found.pid, seconds: graceMs / 1000, root },
        },
      );
  }
  return { alive, leftovers: await endLeftovers(found.parts) };
}
