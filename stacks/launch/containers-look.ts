import { unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import { parseContainerStates, type ContainerState } from "./container-state.ts";

const lookMs = 30_000;

/** Looks at all containers of a project, stopped ones too. @throws `docker_failed`, `engine_unreachable` */
export async function lookAtContainers(project: string): Promise<ContainerState[]> {
  const filter = `label=com.docker.compose.project=${project}`;
  const listed = await runDocker(["ps", "--all", "--quiet", "--no-trunc", "--filter", filter], {
    timeoutMs: lookMs,
  });
  if (listed.exitCode !== 0) throw failed(project, lastWords(listed));
  return lookAgain(listed.stdout.split("\n").filter((id) => id !== ""));
}

/** Looks again at containers that are known by id; one that is gone is left out. */
export async function lookAgain(ids: readonly string[]): Promise<ContainerState[]> {
  if (ids.length === 0) return [];
  // fails where one is gone, and prints the others all the same
  const { stdout } = await runDocker(["inspect", "--type", "container", "--", ...ids], { timeoutMs: lookMs });
  return stdout.trim() === "" ? [] : parseContainerStates(stdout);
}

/** The last lines of a container's log, standard output and error in one. */
export async function readLastLines(container: string, lines: number): Promise<string[]> {
  const run = await runDocker(["logs", "--tail", String(lines), "--", container], { timeoutMs: lookMs });
  return `${run.stdout}${run.stderr}`.split("\n").filter((line) => line.trim() !== "");
}

function failed(project: string, reason: string): Error {
  return unavailable("docker_failed", `docker ps for "${project}" failed: ${reason}. Try again.`, {
    params: { project, reason },
  });
}
