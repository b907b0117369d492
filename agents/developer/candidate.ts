import { makeCandidate } from "../git/candidate.ts";
import type { Handler } from "../runtime/handlers.ts";
import { askProject, findRepo } from "../runtime/project.ts";
import { inWorkspace, onRecordedBase, type DeveloperServices } from "./services.ts";

/** Makes the handler that joins base and branch into what is deployed. */
export function createCandidate(services: DeveloperServices): Handler<"developer.candidate"> {
  return async ({ ticket, repo, branch, commit }, { signal, commandId, assertLease, progress }) => {
    const facts = await askProject(services.client);
    return inWorkspace(
      services,
      await onRecordedBase(services, findRepo(facts, repo), commit),
      "merge",
      signal,
      async (workspace) => {
        const candidate = await makeCandidate(workspace, {
          ticket,
          command: commandId,
          branch,
          commit,
          assertLease,
        });
        progress("candidate_made", { commit: candidate.commit, base: candidate.baseCommit });
        return candidate;
      },
    );
  };
}
