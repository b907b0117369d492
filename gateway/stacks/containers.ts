import type { ContainerView, ProjectView } from "../../bus/messages/stack-service.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";

/** The service that a container is of, by the container's name or as `stack/service`. */
export async function findService(
  bus: QuestionClient,
  name: string,
): Promise<{ stack: string; service: string } | undefined> {
  const { services } = await bus.question("monitor.services", {});
  return services.find(
    ({ container, stack, service }) => container === name || `${stack}/${service}` === name,
  );
}

/** Containers of this installation and of the stacks below its ROOT; all of the engine's with `all`. */
export async function readContainers(
  bus: QuestionClient,
  { all = false }: { readonly all?: boolean } = {},
): Promise<ContainerView[]> {
  if (all) return (await bus.question("monitor.containers", {})).containers;
  const [{ containers }, project] = await Promise.all([
    bus.question("monitor.containers", {}),
    bus.question("monitor.stacks", {}),
  ]);
  return containers.filter((container) => isOwn(container, project));
}

/** A container without a project or an owner cannot be told from a stranger's: it is one. */
export function isOwn(
  { project, owner }: Pick<ContainerView, "project" | "owner">,
  { root, stacks }: Pick<ProjectView, "root" | "stacks">,
): boolean {
  if (owner !== undefined) return owner === root;
  return project !== undefined && stacks.some(({ name, source }) => source !== "engine" && name === project);
}
