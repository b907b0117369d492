import { removeNetworks } from "./networks.ts";
import { listContainers, removeContainers, stopContainers } from "./own-objects.ts";

/** Stops everything of a prefix on the engine, and removes it unless it is to be kept. */
export async function stopOwn(prefix: string, { keep = false } = {}): Promise<{ containers: number }> {
  const containers = await listContainers(prefix);
  const ids = containers.map(({ id }) => id);
  if (keep) await stopContainers(ids);
  else {
    await removeContainers(ids);
    await removeNetworks(prefix);
  }
  return { containers: ids.length };
}
