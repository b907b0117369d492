import { join } from "node:path";

/** Where the keys of an installation are. */
export function sshDirOf(stateDir: string): string {
  return join(stateDir, "ssh");
}
