import type { PortFacts, StackFacts } from "../facts.ts";
import { wantedPorts } from "../wanted-ports.ts";

/** Asks who has which port of this machine; only the host can see it. */
export type PortLook = (ports: readonly number[]) => Promise<readonly PortFacts[]>;

const mostPorts = 150;
const tries = 20;

/** Looks at the ports that stacks want, and finds a free one for each that is taken or wanted twice. */
export async function lookAtWantedPorts(
  stacks: readonly StackFacts[],
  look: PortLook,
): Promise<ReadonlyMap<number, PortFacts>> {
  const wanted = wantedPorts(stacks).map(({ port }) => port);
  const ports = [...new Set(wanted)].slice(0, mostPorts);
  if (ports.length === 0) return new Map();
  const seen = new Map((await look(ports)).map((view) => [view.port, view]));
  const given = new Set([...ports, ...[...seen.values()].flatMap(({ nextFree }) => nextFree ?? [])]);
  for (const port of ports) {
    const isTwice = wanted.filter((one) => one === port).length > 1;
    const view = seen.get(port);
    if (!isTwice || view?.nextFree !== undefined) continue;
    const candidates = Array.from({ length: tries }, (_, index) => port + 1 + index);
    const asked = candidates.filter((one) => one <= 65_535 && !given.has(one));
    const free = asked.length === 0 ? undefined : (await look(asked)).find((one) => one.free)?.port;
    if (free === undefined) continue;
    given.add(free);
    seen.set(port, { port, free: true, ...view, nextFree: free });
  }
  return seen;
}
