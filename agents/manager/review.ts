import { getArtifact, readText } from "../../bus/artifact-transfer.ts";
import type { AgentClient } from "../runtime/patient-client.ts";
import { askProject, ownProject } from "../runtime/project.ts";
import type { Handler } from "../runtime/handlers.ts";
import type { OpinionSource } from "./llm-opinion.ts";
import { refineReview } from "./llm-review.ts";
import { parseDiff } from "./diff-reading.ts";
import { defaultMaxDiffLines, forbiddenPaths, judge } from "./review-rules.ts";

export interface ReviewOptions {
  readonly client: AgentClient;
  /** A model to ask after the rules; without one, or a key for it, the rules stand alone. */
  readonly opinions?: OpinionSource;
}

/** Makes the handler that judges a piece of work by rules, from its diff alone. */
export function createReview({ client, opinions }: ReviewOptions): Handler<"manager.review"> {
  return async ({ ticket, work }, context) => {
    const [bytes, facts] = await Promise.all([getArtifact(client, work.diff), askProject(client)]);
    // the operator's file may add forbidden paths and another limit
    const project = ownProject(facts);
    const diff = Buffer.from(bytes).toString("utf8");
    const changes = parseDiff(diff);
    const ruled = judge(work, changes, {
      forbidden: [...forbiddenPaths, ...(project?.forbidden_paths ?? [])],
      maxDiffLines: project?.max_diff_lines ?? defaultMaxDiffLines,
    });
    const verdict = opinions
      ? await refineReview(
          opinions,
          { ticket, work, diff, description: await readText(client, ticket.description) },
          ruled,
          context,
        )
      : ruled;
    const { insertions, deletions } = work.stats;
    const text =
      verdict.reasons.join(" ") || `Tests pass, ${changes.length} files, +${insertions} -${deletions}.`;
    context.decided(
      `review_${verdict.verdict}`,
      { ticket: ticket.id, files: changes.length, insertions, deletions },
      text,
    );
    return verdict;
  };
}
