import { join, relative } from "node:path";
import { conflict, invalidInput } from "../../../bus/kernel/errors.ts";
import type { TicketView } from "../../../bus/messages/ticket.ts";
import type { ProjectFile, StackDeploy } from "../../../stacks/project-file/project-schema.ts";
import { readOwnStack, type OwnStack } from "../../../stacks/targets/own-stack.ts";
import {
  askProject,
  findRepo,
  findStack,
  type Facts,
  type RepoFact,
  type StackFact,
} from "../../runtime/project.ts";
import { placeOf, readProjectAt, type MonitorServices } from "../services.ts";
import { deployNameOf } from "../stack-service/deploy-name.ts";
import { readProjectAtRoot } from "../stack-service/project-reading.ts";

/** What a ticket's preview is made of. */
export interface TicketPlace {
  readonly facts: Facts;
  readonly stack: StackFact;
  readonly repo: RepoFact;
  readonly commit: string;
  /** The operator's file, never the branch's. */
  readonly project: ProjectFile;
  readonly deploy: StackDeploy | undefined;
  /** The stack's own directory below ROOT, absolute. */
  readonly ownDir: string;
  /** That directory below an exported tree. */
  readonly subDir: string;
  /** How the stack itself stands there. */
  readonly own: OwnStack;
  /** Values of the variables that the stack's files use at ROOT. */
  readonly values: Readonly<Record<string, string>>;
}

/** Finds out what a ticket's preview would be a copy of. @throws `preview_no_work`, `stack_unknown`, `repo_unknown`, `host_down` */
export async function findTicketPlace(services: MonitorServices, ticket: TicketView): Promise<TicketPlace> {
  const { work, repo: repoName, stack: stackName } = ticket;
  if (work === undefined)
    throw conflict(
      "preview_no_work",
      `${ticket.id} has no branch yet. Open its preview when the developer has committed.`,
      { params: { ticket: ticket.id } },
    );
  if (repoName === undefined || stackName === undefined)
    throw invalidInput(
      "preview_no_stack",
      `${ticket.id} names no stack. Say which: dockfra ticket update ${ticket.id} --stack NAME`,
      { params: { ticket: ticket.id } },
    );
  const facts = await askProject(services.client);
  const [repo, stack] = [findRepo(facts, repoName), findStack(facts, stackName)];
  const project = await readProjectAt(services, facts, repo, work.baseCommit);
  const deploy = Object.hasOwn(project.deploy, stackName) ? project.deploy[stackName] : undefined;
  const ownDir = deploy === undefined ? stack.dir : join(services.root, deploy.dir);
  const subDir = relative(services.root, ownDir) || ".";
  return {
    ...{ facts, stack, repo, project, deploy, ownDir, subDir, commit: work.commit },
    own: readOwnStack(project, deploy ?? { dir: subDir }, services),
    values: await findValues(services, stackName, ownDir),
  };
}

/** Where a repository's files go in the preview's tree: as it is below ROOT. */
export function treePlace(services: MonitorServices, treeDir: string, repo: RepoFact): string {
  return join(treeDir, placeOf(services, repo));
}

/** A branch gets the values that its stack has at ROOT, and no other secret of the installation. */
async function findValues(
  { root, stateDir }: MonitorServices,
  name: string,
  ownDir: string,
): Promise<Record<string, string>> {
  const reading = await readProjectAtRoot(root, stateDir);
  const stack = reading.stacks.find(
    (one) => deployNameOf(one, reading) === name || one.name === name || join(root, one.dir) === ownDir,
  );
  const used = new Set([
    ...(stack?.variables.map((variable) => variable.name) ?? []),
    ...(stack?.inherited ?? []),
  ]);
  return Object.fromEntries(
    reading.variables.flatMap(({ name: key, value }) =>
      used.has(key) && value !== undefined ? [[key, value] as const] : [],
    ),
  );
}
