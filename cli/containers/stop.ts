import { writeFile } from "node:fs/promises";
import type { Invocation } from "../invocation.ts";
import { findInstallation } from "../place/installation.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { stopInstallation } from "../supervisor/down.ts";
import { keepMarkPath } from "./role-crew.ts";

/** `stop`: stops everything, and leaves the roles' containers where they are, for the next `up`. @throws `supervisor_stuck` */
export async function stop(invocation: Invocation<object>): Promise<void> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const found = await findInstallation(root);
  if (found?.runtime === "docker") await writeFile(keepMarkPath(stateDirOf(root)), "", { mode: 0o600 });
  const { alive } = await stopInstallation(root);
  if (screen.json) return screen.data({ ok: true, root, wasRunning: alive });
  screen.line(
    alive
      ? `Stopped what ran for ${root}. Start it again with: dockfra up; remove its containers with: dockfra down`
      : `Nothing ran for ${root}.`,
  );
}
