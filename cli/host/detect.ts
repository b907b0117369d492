import { detectOnHost, type Detected } from "../../stacks/suggest/host-finders.ts";

/** What this machine suggests for a key of the closed list; nothing for one that we know no way to find. */
export function detectValue(key: string, root: string): Promise<Detected> {
  return detectOnHost(key, { root });
}
