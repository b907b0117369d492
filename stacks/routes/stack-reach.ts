import { unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import { findRunning, inspectNetworks, inspectServices, type RunningService } from "./stack-containers.ts";

export interface ReachOptions {
  /** The Compose project of a user's stack. */
  readonly project: string;
  /** Containers of ours that may reach its services, by name; those that do not run are left out. */
  readonly visitors: readonly string[];
}

const timeoutMs = 20_000;

/**
 * Lets containers of ours reach a stack's services by putting them on the stack's own networks; the stack's containers stay exactly
 * as they are. Networks that the user closed to the outside are left alone, and a stack that does not run is left again.
 * Gives what runs.
 * @throws `docker_failed`
 */
export async function joinStack({ project, visitors }: ReachOptions): Promise<RunningService[]> {
  const [services, networks, running] = await Promise.all([
    inspectServices(project),
    inspectNetworks(project),
    findRunning(visitors),
  ]);
  for (const { name, internal, members } of networks) {
    const wanted = services.length > 0 && !internal ? running : [];
    for (const visitor of wanted) if (!members.includes(visitor)) await connect(name, visitor);
    for (const visitor of visitors)
      if (members.includes(visitor) && !wanted.includes(visitor)) await disconnect(name, visitor);
  }
  return services;
}

async function connect(network: string, container: string): Promise<void> {
  // its way out stays what it was: connections that are open would break
  const run = await runDocker(["network", "connect", "--gw-priority", "-10", network, container], {
    timeoutMs,
  });
  const done = /unknown flag|requires API version|API version/i.test(run.stderr)
    ? await runDocker(["network", "connect", network, container], { timeoutMs })
    : run;
  if (done.exitCode === 0 || /already exists in network|No such container|not found/i.test(done.stderr))
    return;
  throw unavailable(
    "docker_failed",
    `docker network connect ${network} failed: ${lastWords(done)}. Try again.`,
    { params: { project: network, reason: lastWords(done) } },
  );
}

/** One that is gone already is no matter. */
async function disconnect(network: string, container: string): Promise<void> {
  await runDocker(["network", "disconnect", network, container], { timeoutMs });
}
