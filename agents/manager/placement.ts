import { invalidInput, notFound } from "../../bus/kernel/errors.ts";
import type { TicketBrief } from "../../bus/messages/ticket.ts";
import { findRepo, findStack, type Facts, type RepoFact, type StackFact } from "../runtime/project.ts";

export interface Placement {
  readonly repo: string;
  /** Nothing is deployed where there is none. */
  readonly stack?: string;
}

/**
 * Finds where a ticket belongs: what it names, or the only one there is.
 * @throws `no_repository`, `repo_unknown`, `repo_unclear`, `stack_unknown`, `stack_unclear`, `stack_not_in_repo`
 */
export function placeTicket(facts: Facts, ticket: TicketBrief): Placement {
  if (facts.repos.length === 0) throw noRepository(facts.root);
  const named = ticket.stack === undefined ? undefined : findStack(facts, ticket.stack);
  const repo = chooseRepo(facts, ticket, named);
  if (named?.repo !== undefined && named.repo !== repo.name)
    throw invalidInput(
      "stack_not_in_repo",
      `The stack "${named.name}" is in the repository "${named.repo}", not in "${repo.name}". Name one that fits.`,
      {
        params: { stack: named.name, repo: repo.name, in: named.repo },
      },
    );
  const stack = named ?? chooseStack(facts, repo, ticket);
  return { repo: repo.name, ...(stack ? { stack: stack.name } : {}) };
}

function chooseRepo(facts: Facts, ticket: TicketBrief, stack: StackFact | undefined): RepoFact {
  const name = ticket.repo ?? stack?.repo;
  if (name !== undefined) return findRepo(facts, name);
  const [only, ...others] = facts.repos;
  if (only && others.length === 0) return only;
  const names = facts.repos.map((repo) => repo.name).join(", ");
  throw invalidInput(
    "repo_unclear",
    `${ticket.id} could be for any of these repositories: ${names}. Choose one: dockfra ticket update ${ticket.id} --repo NAME`,
    {
      params: { ticket: ticket.id, repos: names },
    },
  );
}

function chooseStack(facts: Facts, repo: RepoFact, ticket: TicketBrief): StackFact | undefined {
  const here = facts.stacks.filter((stack) => stack.repo === repo.name);
  const deployable = here.filter((stack) => stack.deployable);
  const candidates = deployable.length > 0 ? deployable : here;
  if (candidates.length < 2) return candidates[0];
  const names = candidates.map((stack) => stack.name).join(", ");
  throw invalidInput(
    "stack_unclear",
    `${ticket.id} could be for any of these stacks: ${names}. Choose one: dockfra ticket update ${ticket.id} --stack NAME`,
    {
      params: { ticket: ticket.id, stacks: names },
    },
  );
}

function noRepository(root: string): Error {
  const command = `git -C ${root} init -b main && git -C ${root} add -A && git -C ${root} commit -m "Start"`;
  return notFound(
    "no_repository",
    `${root} is no git repository, and a ticket's work is a branch. Run: ${command}`,
    { params: { root, command } },
  );
}
