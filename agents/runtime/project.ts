import { join } from "node:path";
import { notFound } from "../../bus/kernel/errors.ts";
import { tellNames } from "../../bus/kernel/similar-names.ts";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { z } from "zod";
import { parseProjectFile, projectFileName } from "../../stacks/project-file/project-file.ts";
import { ProjectFile } from "../../stacks/project-file/project-schema.ts";

export type Facts = z.infer<typeof ProjectFacts>;
export type RepoFact = Facts["repos"][number];
export type StackFact = Facts["stacks"][number];

/** Asks the host what is at ROOT now. @throws `host_down` */
export function askProject(bus: QuestionClient): Promise<Facts> {
  return bus.question("host.project", {});
}

/** Finds a repository by its name. @throws `repo_unknown` */
export function findRepo(facts: Facts, name: string): RepoFact {
  const repo = facts.repos.find((candidate) => candidate.name === name);
  if (repo) return repo;
  const known = facts.repos.map((candidate) => candidate.name).join(", ");
  throw notFound(
    "repo_unknown",
    `No repository named "${name}" below ${facts.root}. There is: ${known === "" ? "none" : known}.`,
    {
      params: { repo: name, known, root: facts.root },
    },
  );
}

/** Finds a stack by its name. @throws `stack_unknown` */
export function findStack(facts: Facts, name: string): StackFact {
  const stack = facts.stacks.find((candidate) => candidate.name === name);
  if (stack) return stack;
  const known = tellNames(
    name,
    facts.stacks.map((candidate) => candidate.name),
  );
  throw notFound(
    "stack_unknown",
    `No stack named "${name}" below ${facts.root}. There is: ${known}. Run "dockfra discover".`,
    {
      params: { stack: name, known, root: facts.root },
    },
  );
}

/**
 * The operator's own `dockfra.yaml`, as the host read it at ROOT; `undefined` where ROOT has none.
 * @throws `project_file_invalid`
 */
export function ownProject({ root, projectFile }: Facts): ProjectFile | undefined {
  return projectFile === undefined ? undefined : parseProjectFile(projectFile, join(root, projectFileName));
}

/**
 * Reads `dockfra.yaml` as the operator has it: ROOT's file, or where ROOT has none that of the base commit; never one
 * that a ticket's change made. Without any, its defaults.
 * @throws `project_file_invalid`
 */
export async function readProject(
  facts: Facts,
  readAtBase: () => Promise<string | undefined>,
): Promise<ProjectFile> {
  const own = ownProject(facts);
  if (own) return own;
  const text = await readAtBase();
  return text === undefined
    ? ProjectFile.parse({})
    : parseProjectFile(text, `${projectFileName} of the base branch`);
}
