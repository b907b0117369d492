import { notFound } from "../../bus/kernel/errors.ts";
import { fetchTimeoutMs, hasCommit, quietFetch, readRef } from "../git/refs.ts";
import { isThere, openBare } from "../git/repositories.ts";
import type { RepoFact } from "../runtime/project.ts";
import { sourceOf, type MonitorServices } from "./services.ts";

/**
 * Finds the commit that a person means, and brings it into the monitor's own copy: the base branch's last one, or any that is
 * named by seven digits or more.
 * @throws `commit_unknown`
 */
export async function findCommit(
  services: MonitorServices,
  repo: RepoFact,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { exchange, mirror } = sourceOf(services, repo);
  const git = await openBare(mirror);
  const from = repo.fetchFrom ?? repo.dir;
  const fetch = (place: string, ...refs: readonly string[]): Promise<string> =>
    git.run([...quietFetch, "--", place, ...refs], { signal, timeoutMs: fetchTimeoutMs });
  await fetch(from, `+refs/heads/${repo.baseBranch}:refs/dockfra/base`);
  if (wanted !== undefined && !(await hasCommit(git, wanted)) && (await isThere(exchange)))
    await fetch(exchange, "+refs/heads/dockfra/*:refs/dockfra/tickets/*");
  const commit = await readRef(git, wanted ?? "refs/dockfra/base");
  if (commit !== undefined) return commit;
  throw notFound(
    "commit_unknown",
    `The repository ${repo.name} has no commit ${wanted ?? repo.baseBranch} on its base branch or a ticket's. Commit it first.`,
    { params: { repo: repo.name, commit: wanted ?? repo.baseBranch } },
  );
}
