import { join } from "node:path";
import { containerPlace, gitConfigPath, type ContainerPlace } from "../../agents/container/place.ts";
import { invalidInput } from "../../bus/kernel/errors.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { parsePrefix } from "../../bus/subjects.ts";
import { isSecretName } from "../../stacks/variables/secrets.ts";
import type { PartStart } from "./part-protocol.ts";

/** What an agent in a container is told by its environment. */
export interface ContainerStart extends PartStart {
  readonly instance: string;
  readonly container: ContainerPlace;
}

/** Whether this process is a role's agent in a container of ours. */
export function isInContainer(env: NodeJS.ProcessEnv): boolean {
  return env["DOCKFRA_RUNTIME"] === "docker";
}

/**
 * Reads where the bus and everything else is from a role container's environment. What looks like a secret there is taken
 * out: keys come as files, which a child does not inherit.
 * @throws `container_environment`, `invalid_prefix`
 */
export function readContainerStart(role: Role, env: NodeJS.ProcessEnv): ContainerStart {
  for (const name of Object.keys(env)) if (isSecretName(name)) delete env[name];
  const need = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw invalidInput(
      "container_environment",
      `The container's environment lacks ${name}. Start it by "dockfra up".`,
      {
        params: { name },
      },
    );
  };
  env["DOCKFRA_GIT_CONFIG"] = gitConfigPath(containerPlace);
  const told = need("DOCKFRA_ROLE");
  if (told !== role)
    throw invalidInput(
      "container_environment",
      `The container is the ${told}'s (DOCKFRA_ROLE), and its agent is to be the ${role}. Start it by "dockfra up".`,
      { params: { name: "DOCKFRA_ROLE" } },
    );
  return {
    servers: need("DOCKFRA_SERVERS"),
    prefix: parsePrefix(need("DOCKFRA_PREFIX")),
    root: need("DOCKFRA_ROOT"),
    stateDir: need("DOCKFRA_STATE"),
    instance: env["DOCKFRA_INSTANCE"] || role,
    credsDir: join(containerPlace.roleDir, "creds"),
    container: containerPlace,
  };
}
