import { conflict } from "../../bus/kernel/errors.ts";
import { ownStacks } from "./blueprints.ts";
import { ownLabels, requireDocker } from "./own-objects.ts";

/** A Compose project that is not Dockfra's, and what it was found by: a file, or a container. */
export interface FoundProject {
  readonly name: string;
  readonly at: string;
}

/** Refuses a prefix under which one of Dockfra's own Compose projects would be the user's too. @throws `prefix_is_project` */
export function refuseSameProject(prefix: string, projects: readonly FoundProject[]): void {
  const own: readonly string[] = ownStacks.map((stack) => `${prefix}-${stack}`);
  const same = projects.find(({ name }) => own.includes(name));
  if (same === undefined) return;
  const { name, at } = same;
  const proposal = `${prefix.slice(0, 27)}-2`;
  throw conflict(
    "prefix_is_project",
    `The Compose project "${name}" is yours (${at}), and Dockfra would name its own so under the prefix "${prefix}". Choose another one: --prefix ${proposal}`,
    { params: { project: name, at, prefix, proposal } },
  );
}

/** The Compose projects on the engine that Dockfra did not make, each with one of its containers. @throws `docker_failed` */
export async function findOtherProjects(): Promise<FoundProject[]> {
  const label = "com.docker.compose.project";
  const format = `{{.Names}} {{.Label "${label}"}} {{.Label "${ownLabels.prefix}"}}`;
  const { stdout } = await requireDocker(["ps", "--all", "--filter", `label=${label}`, "--format", format]);
  return stdout.split("\n").flatMap((line) => {
    const [at = "", name = "", own = ""] = line.split(" ");
    return name === "" || own !== "" ? [] : [{ name, at }];
  });
}
