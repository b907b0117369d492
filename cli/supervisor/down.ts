import { unavailable } from "../../bus/kernel/errors.ts";
import { isSameProcess } from "../../stacks/processes/process-identity.ts";
import type { Invocation } from "../invocation.ts";
import { lockPathOf, parseInstallation, type Installation } from "../place/installation.ts";
import { readLock } from "../place/lock-file.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { removeLaunched, removeStacks } from "../project/stack.ts";
import { endLeftovers, signal } from "./leftovers.ts";
import { waitForEnd } from "./part.ts";

const graceMs = 45_000;

interface DownOptions {
  readonly stacks?: boolean;
  readonly purge?: boolean;
  readonly yes?: boolean;
}

/**
 * `down`: ends the supervisor that holds the root, which ends everything in order, and whatever of ours is left beside it.
 * @throws `supervisor_stuck`, `purge_unconfirmed`
 */
export async function down(invocation: Invocation<DownOptions>): Promise<void> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const purge = options.purge === true ? await import("../containers/purge.ts") : undefined;
  await purge?.confirmPurge(root, { yes: options.yes === true, screen });
  const prefix = await prefixOf(root, options.prefix);
  const { alive, leftovers } = await stopInstallation(root);
  const deployed = options.stacks || purge ? await removeStacks(root) : [];
  const stopped = [...new Set([...deployed, ...(options.stacks ? await removeLaunched(root) : [])])];
  const containers = await removeOwn(root, prefix);
  const purged = await purge?.purge(root, prefix);
  if (screen.json)
    return screen.data({
      ok: true,
      root,
      wasRunning: alive,
      leftovers,
      containers,
      stacks: stopped,
      ...(purged ? { purged } : {}),
    });
  screen.line(alive ? `Stopped what ran for ${root}.` : `Nothing ran for ${root}.`);
  if (leftovers > 0) screen.line(`${leftovers} processes of a killed run were ended too.`);
  if (containers > 0) screen.line(`${containers} containers that were left are removed.`);
  for (const stack of stopped) screen.line(`Stopped the stack ${stack}.`);
  if (purged)
    screen.line(
      `Removed ${purged.stateDir}, ${purged.volumes} volumes and ${purged.images} images. Your own files are as they were.`,
    );
}

/** Removes what a run that was killed, or only stopped, left on the engine; gives how many containers. Without an engine there is nothing. */
async function removeOwn(root: string, prefix: string): Promise<number> {
  const { DockfraError } = await import("../../bus/kernel/errors.ts");
  const { removeOwnOf } = await import("../containers/own-stacks.ts");
  try {
    return (await removeOwnOf({ root, prefix })).containers;
  } catch (error) {
    if (error instanceof DockfraError) return 0;
    throw error;
  }
}

/** Ends what runs for a root, and what a killed run left. @throws `supervisor_stuck` */
export async function stopInstallation(
  root: string,
): Promise<{ readonly alive: boolean; readonly leftovers: number; readonly found?: Installation }> {
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
  return { alive, leftovers: await endLeftovers(found.parts), found };
}
