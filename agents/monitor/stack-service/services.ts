import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { ServiceState } from "../../../bus/messages/stack-watch.ts";
import { isActive } from "../../../stacks/discover/compose-variables.ts";
import type { ContainerFacts, ServiceContainer } from "../../../stacks/watch/container.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";
import type { ImageUpdates } from "../../../stacks/watch/image-updates.ts";
import type { StackNames } from "../watch/stack-names.ts";

export interface ServicesSource {
  readonly engine: WatchEngine;
  readonly names: StackNames;
  readonly updates: Pick<ImageUpdates, "hasUpdate">;
}

const atOnce = 6;
const collator = new Intl.Collator("en", { numeric: true });

/** Reads how the services of all stacks, or of one, run; those of ROOT that have no container are missing. @throws `engine_unreachable` */
export async function readServices(
  { engine, names, updates }: ServicesSource,
  stack?: string,
): Promise<ServiceState[]> {
  const projects = stack === undefined ? undefined : new Set(names.projectsOf(stack));
  const containers = (await engine.containers()).filter(
    ({ project }) => projects === undefined || projects.has(project),
  );
  const facts = await inspectAll(engine, containers);
  const rows = containers.flatMap((container): ServiceState[] => {
    const known = facts.get(container.id);
    if (known === undefined) return [];
    const imageUpdate = updates.hasUpdate(container);
    return [
      {
        ...toRow(names.stackOf(container.project), container, known),
        ...(imageUpdate === undefined ? {} : { imageUpdate }),
      },
    ];
  });
  return [...rows, ...findMissing(names, rows, stack)].toSorted(inOrder);
}

/** Stack by stack: one collated text of all three would mix the stacks `shop` and `shop2`. */
function inOrder(a: ServiceState, b: ServiceState): number {
  const { compare } = collator;
  return (
    compare(a.stack, b.stack) ||
    compare(a.service, b.service) ||
    compare(a.container ?? "", b.container ?? "")
  );
}

async function inspectAll(
  engine: WatchEngine,
  containers: readonly ServiceContainer[],
): Promise<ReadonlyMap<string, ContainerFacts>> {
  const facts = new Map<string, ContainerFacts>();
  const waiting = containers.values();
  async function work(): Promise<void> {
    for (const { id } of waiting) {
      try {
        facts.set(id, await engine.inspect(id));
      } catch (error) {
        // gone since the list was made
        if (!(error instanceof DockfraError) || error.code !== "engine_lacks") throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return facts;
}

function toRow(stack: string, container: ServiceContainer, facts: ContainerFacts): ServiceState {
  const { service, name, image, ports } = container;
  const { exitCode, oomKilled, restarts, startedAtMs } = facts;
  const state = toState(facts);
  const hasEnded = state === "exited" || state === "dead" || state === "restarting";
  return {
    ...{ stack, service, container: name, image, state, restarts, ports: [...ports] },
    ...(facts.health !== undefined && !hasEnded ? { healthy: facts.health === "healthy" } : {}),
    ...(hasEnded ? { exitCode, oomKilled } : {}),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
  };
}

function toState({ state, health }: ContainerFacts): ServiceState["state"] {
  switch (state) {
    case "running":
      return health === "unhealthy" ? "unhealthy" : health === "starting" ? "starting" : "running";
    case "restarting":
    case "paused":
    case "exited":
    case "created":
      return state;
    default:
      return "dead";
  }
}

/** Services of ROOT's stacks that should have a container and have none. */
function findMissing(
  { reading }: StackNames,
  rows: readonly ServiceState[],
  wanted: string | undefined,
): ServiceState[] {
  const present = new Set(rows.map(({ stack, service }) => JSON.stringify([stack, service])));
  return (reading?.stacks ?? [])
    .filter(({ name }) => wanted === undefined || name === wanted)
    .flatMap(({ name: stack, services, profiles: on }) =>
      services
        .filter(
          ({ name, profiles = [] }) => isActive(profiles, on) && !present.has(JSON.stringify([stack, name])),
        )
        .map(({ name: service }) => ({ stack, service, state: "missing" as const, ports: [] })),
    );
}
