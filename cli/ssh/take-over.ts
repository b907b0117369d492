import { setTimeout as sleep } from "node:timers/promises";
import { unavailable } from "../../bus/kernel/errors.ts";
import { findInstallation } from "../place/installation.ts";
import { clientArguments } from "./client-options.ts";
import { runClient } from "./client.ts";
import type { SshHost } from "./directions.ts";

const everyMs = 200;

export interface TakeOver {
  readonly root: string;
  readonly host: SshHost;
  readonly port: number;
  readonly keysDir: string;
  readonly timeoutMs?: number;
}

/**
 * Waits until a running container lets the new keys in and shows the new host key; gives whether one runs at all.
 * @throws `keys_not_taken` where it does not in time
 */
export async function waitForTakeOver({
  root,
  host,
  port,
  keysDir,
  timeoutMs = 15_000,
}: TakeOver): Promise<boolean> {
  if ((await findInstallation(root))?.runtime !== "docker") return false;
  const endMs = performance.now() + timeoutMs;
  const args = ["-T", ...clientArguments({ host, port, keysDir: "." }), "--", "true"];
  for (;;) {
    const { exitCode, log } = await runClient(args, { cwd: keysDir, keep: true });
    if (exitCode === 0) return true;
    // a role that is down, or a device that nobody started, takes them when it comes up
    if (/Connection refused/.test(log)) return false;
    if (performance.now() > endMs)
      throw unavailable(
        "keys_not_taken",
        `The new keys of ${host} are made, but its container did not take them over within ${timeoutMs / 1_000} s. See what it says: dockfra logs ${host}`,
        { params: { host, timeoutS: timeoutMs / 1_000 } },
      );
    await sleep(everyMs);
  }
}
