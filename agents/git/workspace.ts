import { rm } from "node:fs/promises";
import { join } from "node:path";
import { conflict, DockfraError, notFound } from "../../bus/kernel/errors.ts";
import type { RepoFacts } from "../../bus/messages/questions.ts";
import type { z } from "zod";
import { gitFailed, type Git } from "./git.ts";
import { fetchTimeoutMs, isAncestor, quietFetch, readRef } from "./refs.ts";
import { openClone, openExchange, type ClonePlace } from "./repositories.ts";
import { makeShared, type Sandbox } from "../container/sandbox.ts";

export type Repo = z.infer<typeof RepoFacts>;

export interface WorkspaceOptions {
  readonly stateDir: string;
  /** Name of this developer; its clones are its own. */
  readonly instance: string;
  readonly repo: Repo;
  /** Tells apart the clones of one instance that work side by side. */
  readonly lane?: "work" | "merge";
  /** Whose programs may write to the work tree; its git directory is then kept elsewhere, where they cannot go. */
  readonly sandbox?: Pick<Sandbox, "treesDir" | "prepare" | "empty">;
  readonly signal?: AbortSignal;
}

/** One developer's clone of one repository, with the exchange through which its branches travel. */
export interface Workspace {
  readonly git: Git;
  readonly exchange: Git;
  /** The work tree. */
  readonly dir: string;
  readonly repo: Repo;
  /** Where tickets start from and merge into, as it is now. */
  readonly base: Base;
  readonly signal: AbortSignal | undefined;
}

export interface Base {
  readonly branch: string;
  readonly commit: string;
  /** Where the exchange has the base branch; it may lag behind, or not have it yet. */
  readonly exchanged: string | undefined;
}

const damage =
  /corrupt|bad object|missing (?:blob|tree|commit)|unable to (?:read|unpack)|is empty|bad signature|fatal: pack has/i;
const userBase = "refs/dockfra/user/base";
const exchangeRefs = "refs/dockfra/exchange/";
const userBranches = "refs/dockfra/user/branches/";

/** The work branch of a ticket. */
export function ticketBranch(ticket: string): string {
  return `dockfra/${ticket}`;
}

/** The ref of a ticket's candidate: what is deployed, verified and then merged. */
export function candidateBranch(ticket: string): string {
  return `dockfra/candidate/${ticket}`;
}

/** Name that a branch of the exchange has in the clone since the last fetch. */
export function exchangedRef(branch: string): string {
  return `${exchangeRefs}${branch}`;
}

/** Name that a `dockfra/…` branch of the user's own repository has in the clone since the last fetch. */
export function userRef(branch: string): string {
  return `${userBranches}${branch}`;
}

/**
 * Opens the clone, fetches from the user's repository (read only) and from the exchange, and finds the base.
 * @throws `base_branch_missing`, `base_diverged`, `repository_not_ours`, `git_failed`
 */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { repo, signal } = options;
  const exchange = await openExchange(options.stateDir, repo.name);
  const place = await choosePlace(options);
  const git = await openFetched(place, repo, exchange, signal);
  const base = await findBase(git, repo, exchange.gitDir);
  return { git, exchange, dir: place.dir, repo, base, signal };
}

async function choosePlace({
  stateDir,
  instance,
  repo,
  lane = "work",
  sandbox,
}: WorkspaceOptions): Promise<ClonePlace> {
  const name = lane === "work" ? repo.name : `${repo.name}.${lane}`;
  const own = join(stateDir, "developer", instance, name);
  if (sandbox?.treesDir === undefined || lane !== "work") return { gitDir: join(own, ".git"), dir: own };
  await sandbox.prepare();
  const dir = join(sandbox.treesDir, name);
  await makeShared(dir, 0o2775);
  await sandbox.empty(dir);
  return { gitDir: `${own}.git`, dir };
}

/** A clone that a power loss or a full disk damaged is only a copy: it is made anew, once. */
async function openFetched(
  place: ClonePlace,
  repo: Repo,
  exchange: Git,
  signal: AbortSignal | undefined,
): Promise<Git> {
  const fetchAll = async (): Promise<Git> => {
    const git = await openClone(place);
    await fetchUser(git, repo, signal);
    const args = [...quietFetch, "--prune", "--", exchange.gitDir, `+refs/heads/*:${exchangeRefs}*`];
    await git.run(args, { signal, timeoutMs: fetchTimeoutMs });
    return git;
  };
  try {
    return await fetchAll();
  } catch (error) {
    if (!(error instanceof DockfraError && error.code === "git_failed" && damage.test(error.message)))
      throw error;
    await rm(place.gitDir, { recursive: true, force: true });
    return fetchAll();
  }
}

async function fetchUser(git: Git, repo: Repo, signal: AbortSignal | undefined): Promise<void> {
  const args = [
    ...quietFetch,
    "--prune",
    "--",
    repo.fetchFrom ?? repo.dir,
    `+refs/heads/${repo.baseBranch}:${userBase}`,
    `+refs/heads/dockfra/*:${userBranches}dockfra/*`,
  ];
  const answer = await git.attempt(args, { signal, timeoutMs: fetchTimeoutMs });
  if (answer.exitCode === 0) return;
  if (!/couldn't find remote ref|does not appear to be a git repository/.test(answer.stderr))
    throw gitFailed(args, repo.dir, answer);
  throw notFound(
    "base_branch_missing",
    `The repository "${repo.name}" has no branch "${repo.baseBranch}" with a commit. Run: git -C ${repo.dir} add -A && git -C ${repo.dir} commit -m "Start"`,
    { params: { repo: repo.name, branch: repo.baseBranch, dir: repo.dir } },
  );
}

async function findBase(git: Git, repo: Repo, exchange: string): Promise<Base> {
  const branch = repo.baseBranch;
  const [users, exchanged] = await Promise.all([readRef(git, userBase), readRef(git, exchangedRef(branch))]);
  if (users === undefined) throw new TypeError(`The fetch of ${repo.dir} left no ${userBase}.`);
  if (exchanged === undefined || (await isAncestor(git, exchanged, users)))
    return { branch, commit: users, exchanged };
  if (await isAncestor(git, users, exchanged)) return { branch, commit: exchanged, exchanged };
  const command = `git -C ${repo.dir} pull --no-rebase ${exchange} ${branch}`;
  throw conflict(
    "base_diverged",
    `The branch "${branch}" of ${repo.dir} and the merged tickets have both gone on. On that branch, run: ${command}`,
    { params: { repo: repo.name, branch, dir: repo.dir, command } },
  );
}
