import { mergeCandidate } from "../git/base-merge.ts";
import type { Handler } from "../runtime/handlers.ts";
import { askProject, findRepo } from "../runtime/project.ts";
import { inWorkspace, type DeveloperServices } from "./services.ts";

/** Makes the handler that moves the base branch to a candidate whose evidence is there. */
export function createMerge(services: DeveloperServices): Handler<"developer.merge"> {
  return async ({ ticket, candidate }, { signal, assertLease, progress }) => {
    const facts = await askProject(services.client);
    const repo = { ...findRepo(facts, candidate.repo), baseBranch: candidate.baseBranch };
    return inWorkspace(services, repo, "merge", signal, async (workspace) => {
      const commit = await mergeCandidate(workspace, { ticket, candidate, assertLease });
      progress("base_merged", { commit, branch: candidate.baseBranch });
      return { commit, baseBranch: candidate.baseBranch };
    });
  };
}
