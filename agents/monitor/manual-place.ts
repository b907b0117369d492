import { conflict, invalidInput } from "../../bus/kernel/errors.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { StackDeploy } from "../../stacks/project-file/project-schema.ts";
import { simulatedDevice } from "../../stacks/targets/device/device-list.ts";
import { readDeviceRecord } from "../../stacks/targets/device/device-spec.ts";
import { targetDirOf } from "../../stacks/targets/select-target.ts";
import { findStack, type Facts, type RepoFact, type StackFact } from "../runtime/project.ts";
import { placeOf, type MonitorServices } from "./services.ts";

/** Names of what can be deployed: stacks of dockfra.yaml, and the simulated device while it is up. */
export function deployableNames({ stateDir }: MonitorServices, { stacks }: Facts): string[] {
  const names = stacks.filter(({ deployable }) => deployable).map(({ name }) => name);
  const isUp = readDeviceRecord(targetDirOf(stateDir, simulatedDevice)) !== undefined;
  return isUp && !names.includes(simulatedDevice) ? [...names, simulatedDevice] : names;
}

/** Finds a stack, or the simulated device, and the repository that its releases come from. @throws `stack_unknown`, `stack_repo_unclear`, `deploy_without_repository` */
export function findPlace(
  services: MonitorServices,
  facts: Facts,
  name: string,
): { readonly stack: StackFact; readonly repo: RepoFact } {
  const isDevice =
    facts.stacks.every((stack) => stack.name !== name) && deployableNames(services, facts).includes(name);
  const stack = isDevice ? undefined : findStack(facts, name);
  const own = facts.repos.find((repo) => repo.name === stack?.repo);
  const [repo, another] = own ? [own] : facts.repos;
  if (repo === undefined || another !== undefined) throw unclear(name, facts);
  return { repo, stack: stack ?? { name, dir: repo.dir, files: [], deployable: true } };
}

/** The project's file with the simulated device in it: what it gets is the repository. */
export function withDevice(
  services: MonitorServices,
  project: ProjectFile,
  stack: StackFact,
  repo: RepoFact,
): ProjectFile {
  if (Object.hasOwn(project.deploy, stack.name)) return project;
  const record = readDeviceRecord(targetDirOf(services.stateDir, stack.name));
  if (record === undefined) return project;
  const dir = placeOf(services, repo) || ".";
  const device = StackDeploy.parse({ target: "device", dir, health: record.health });
  return { ...project, deploy: { ...project.deploy, [stack.name]: device } };
}

/** Refuses while a ticket's candidate is on its way to a stack, or on trial there. @throws conflict `deploy_lane_busy` */
export async function assertLaneFree({ client }: MonitorServices, name: string): Promise<void> {
  const { lanes } = await client.ask("deploy.list", {});
  const lane = lanes.find(({ stack }) => stack === name);
  if (lane === undefined || lane.state === "idle") return;
  const { ticket = "a ticket", state } = lane;
  throw conflict(
    "deploy_lane_busy",
    `${ticket} is being deployed to "${name}" (${state}). Wait for it (dockfra deploy list), or cancel it: dockfra ticket cancel ${ticket}`,
    { params: { stack: name, ticket, state } },
  );
}

function unclear(name: string, { repos, root }: Facts): Error {
  if (repos.length === 0)
    return conflict(
      "deploy_without_repository",
      `There is no git repository below ${root}, and what is deployed is a commit. Make one with dockfra git-init, or start "${name}" as it stands: dockfra launch ${name}`,
      { params: { stack: name, root } },
    );
  const known = repos.map((repo) => repo.name).join(", ") || "none";
  return invalidInput(
    "stack_repo_unclear",
    `It is not clear which repository "${name}" is deployed from. There is: ${known}. Give it the directory in one of them: deploy.${name}.dir in dockfra.yaml.`,
    { params: { stack: name, known } },
  );
}
