import { getArtifact } from "../../bus/artifact-transfer.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import type { Handler } from "../runtime/handlers.ts";
import { parseDiff } from "./diff-reading.ts";
import { defaultMaxDiffLines, forbiddenPaths, judge } from "./review-rules.ts";

export interface ReviewOptions {
  readonly client: IntentClient;
  /** Where the operator's `dockfra.yaml` may add forbidden paths and another limit. */
  readonly root: string;
}

/** Makes the handler that judges a piece of work by rules, from its diff alone. */
export function createReview({ client, root }: ReviewOptions): Handler<"manager.review"> {
  return async ({ ticket, work }, { decided }) => {
    const [bytes, project] = await Promise.all([getArtifact(client, work.diff), readProjectFile(root)]);
    const changes = parseDiff(Buffer.from(bytes).toString("utf8"));
    const verdict = judge(work, changes, {
      forbidden: [...forbiddenPaths, ...(project?.forbidden_paths ?? [])],
      maxDiffLines: project?.max_diff_lines ?? defaultMaxDiffLines,
    });
    const { insertions, deletions } = work.stats;
    const text =
      verdict.reasons.join(" ") || `Tests pass, ${changes.length} files, +${insertions} -${deletions}.`;
    decided(
      `review_${verdict.verdict}`,
      { ticket: ticket.id, files: changes.length, insertions, deletions },
      text,
    );
    return verdict;
  };
}
