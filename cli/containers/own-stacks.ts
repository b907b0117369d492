import { removeNetworks } from "./networks.ts";
import { listContainers, removeContainers, stopContainers, type Owner } from "./own-objects.ts";

/** Stops everything of a prefix on the engine, and removes it unless it is to be kept. */
export async function stopOwn(prefix: string, { keep = false } = {}): Promise<{ containers: number }> {
  const ids = (await listContainers(prefix)).map(({ id }) => id);
  if (keep) await stopContainers(ids);
  else {
    await removeContainers(ids);
    await removeNetworks(prefix);
  }
  return { containers: ids.length };
}

/** Stops and removes what one root has on the engine under its prefix; what is another root's stays. */
export async function removeOwnOf({ prefix, root }: Owner): Promise<{ containers: number }> {
  const containers = await listContainers(prefix);
  const own = containers.filter((container) => container.root === root).map(({ id }) => id);
  await removeContainers(own);
  if (own.length === containers.length) await removeNetworks(prefix);
  return { containers: own.length };
}
