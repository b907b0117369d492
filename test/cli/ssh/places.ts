import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SshPorts } from "../../../cli/ssh/known-hosts.ts";

/** Ports of an installation that nothing listens on. */
export const ports: SshPorts = {
  developer: 2200,
  monitor: 2201,
  manager: 2202,
  autopilot: 2203,
  device: 2224,
};

/** Reads `known_hosts` of a state directory, or of the copy that a container gets. */
export function readPins(dir: string): Promise<string> {
  return readFile(join(dir, "known_hosts"), "utf8");
}
