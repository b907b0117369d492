import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import { unavailable } from "../../bus/kernel/errors.ts";

export interface NetworkOwner {
  readonly prefix: string;
  readonly root: string;
}

const callMs = 30_000;

/** The name of the network that stacks of an installation meet on. */
export function sharedNetworkName(prefix: string): string {
  return `${prefix}-shared`;
}

/** Makes the shared network where it is missing, labelled as the installation's own; says whether it made it. @throws `docker_failed` */
export async function ensureSharedNetwork({ prefix, root }: NetworkOwner): Promise<boolean> {
  const name = sharedNetworkName(prefix);
  const found = await runDocker(["network", "inspect", "--format", "{{.Id}}", name], { timeoutMs: callMs });
  if (found.exitCode === 0) return false;
  const labels = ["--label", `dockfra.prefix=${prefix}`, "--label", `dockfra.root=${root}`];
  const made = await runDocker(["network", "create", "--driver", "bridge", ...labels, name], {
    timeoutMs: callMs,
  });
  if (made.exitCode === 0) return true;
  if (/already exists/.test(made.stderr)) return false;
  const reason = lastWords(made);
  throw unavailable("docker_failed", `docker network create for "${name}" failed: ${reason}. Try again.`, {
    params: { project: name, reason },
  });
}
