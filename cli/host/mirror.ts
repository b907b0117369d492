import type { ProjectFacts } from "../../bus/messages/questions.ts";
import { toErrorInfo, unavailable } from "../../bus/kernel/errors.ts";
import { createGit, type Git } from "../../agents/git/git.ts";
import { fetchTimeoutMs, quietFetch } from "../../agents/git/refs.ts";
import { mirrorDir, openBare } from "../../agents/git/repositories.ts";
import { runGit } from "./git.ts";

type Repo = ProjectFacts["repos"][number];
type Problem = ProjectFacts["problems"][number];

/** What roles without a view of the user's repositories are told of them. */
export interface Mirrored {
  readonly repos: Repo[];
  readonly problems: Problem[];
}

/** Copies of the branches that roles need: the base branch and `dockfra/*`. */
export interface Mirror {
  /** Brings every copy up to date and says where it is; whoever asks meanwhile gets the same answer. */
  refresh(repos: readonly Repo[]): Promise<Mirrored>;
}

/** Makes the mirror below a state directory; a copy in which nothing has moved costs two looks at refs. */
export function createMirror(stateDir: string): Mirror {
  const underWay = new Map<string, Promise<void>>();

  function refreshOnce(repo: Repo): Promise<void> {
    const key = `${repo.dir}\0${repo.baseBranch}`;
    let refreshing = underWay.get(key);
    if (!refreshing) {
      refreshing = copyBranches(repo, mirrorDir(stateDir, repo.name)).finally(() => underWay.delete(key));
      underWay.set(key, refreshing);
    }
    return refreshing;
  }

  return {
    async refresh(repos) {
      const problems: Problem[] = [];
      await Promise.all(
        repos.map((repo) =>
          refreshOnce(repo).catch((error: unknown) => {
            problems.push({
              file: repo.dir,
              message: `Its branches could not be copied for the roles: ${toErrorInfo(error).message}`,
            });
          }),
        ),
      );
      return {
        repos: repos.map((repo) => ({ ...repo, fetchFrom: mirrorDir(stateDir, repo.name) })),
        problems,
      };
    },
  };
}

async function copyBranches({ dir, baseBranch }: Repo, mirror: string): Promise<void> {
  const git = createGit(mirror);
  const known = await listBranches((args) => git.run(args)).catch(() => undefined);
  const theirs = await listBranches((args) => readUsers(dir, args));
  // a ticket that began on another base branch still needs that one
  const wanted = new Map(
    [...theirs].filter(
      ([branch]) => branch === baseBranch || branch.startsWith("dockfra/") || known?.has(branch) === true,
    ),
  );
  if (known && isSame(known, wanted)) return;
  const own = await openBare(mirror, { shared: true });
  if (wanted.size > 0)
    await own.run(
      [
        ...quietFetch,
        "--",
        dir,
        ...[...wanted.keys()].map((branch) => `+refs/heads/${branch}:refs/heads/${branch}`),
      ],
      { timeoutMs: fetchTimeoutMs },
    );
  await dropBranches(
    own,
    [...(known?.keys() ?? [])].filter((branch) => !wanted.has(branch)),
  );
}

async function dropBranches(git: Git, branches: readonly string[]): Promise<void> {
  for (const branch of branches) await git.run(["update-ref", "--no-deref", "-d", `refs/heads/${branch}`]);
}

/** @throws `git_failed`: a repository that cannot be read must not look like one without branches */
async function readUsers(dir: string, args: readonly string[]): Promise<string> {
  const answer = await runGit(dir, args);
  if (answer.ok) return answer.stdout;
  const command = args[0] ?? "";
  const why = answer.stderr.trim().slice(0, 1_000);
  throw unavailable("git_failed", `git ${command} failed in ${dir}: ${why}`, {
    params: { command, dir, why },
  });
}

/** Branches with their commits. */
async function listBranches(
  run: (args: readonly string[]) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const out = await run(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
  return new Map(
    out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(41), line.slice(0, 40)]),
  );
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([branch, commit]) => b.get(branch) === commit);
}
