import { putArtifact } from "../../../bus/artifact-transfer.ts";
import type { Check } from "../../../bus/messages/checks.ts";
import { runChecks } from "../../../stacks/checks/check-run.ts";
import { formatCheck } from "../../../stacks/checks/check-sentence.ts";
import { previewLog } from "../../../stacks/previews/preview-engine.ts";
import { previewDir, type PreviewRecord } from "../../../stacks/previews/preview-record.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { withCheckTree } from "../services.ts";
import { readProjectAtRoot } from "../stack-service/project-reading.ts";
import { findSecretValues } from "../stack-service/secret-values.ts";
import { join } from "node:path";
import type { TicketPlace } from "./preview-place.ts";
import type { PreviewParts } from "./previews.ts";

/** What was seen on a preview. */
export interface PreviewEvidence {
  readonly passed: number;
  readonly checks: number;
  /** One line for each check. */
  readonly text: readonly string[];
  /** Hash of all of it, with the log. */
  readonly artifact: string;
}

const logLines = 2_000;

/** Takes the ticket's and the project's checks on a preview; failing ones are evidence too. */
export async function takePreviewChecks(
  { services }: PreviewParts,
  place: TicketPlace,
  preview: PreviewRecord,
  signal: AbortSignal,
): Promise<PreviewEvidence> {
  const { client, sandbox, fetchPage, root, stateDir } = services;
  const { project, repo, stack, commit, deploy } = place;
  const { checks: asked } = await client.ask("ticket.show", { id: preview.ticket });
  const known = new Set(project.checks.map((check) => JSON.stringify(check)));
  const own = asked.filter((check) => check.kind !== "command" && !known.has(JSON.stringify(check)));
  const health: Check[] = deploy?.health === undefined ? [] : [{ kind: "http", path: deploy.health }];
  const readLog = (): Promise<string[]> => previewLog(preview.project, logLines);
  const release = {
    ...{ stack: stack.name, commit, releaseId: `preview-${preview.ticket}` },
    dir: join(previewDir(stateDir, preview.project), "tree"),
  };
  const evidence = await withCheckTree(services, { release, repo, stack }, signal, async (cwd) => {
    const base = {
      ...{ baseUrl: preview.url ?? "http://127.0.0.1:9", cwd, signal, readLog, runCommand: sandbox.run },
      ...(fetchPage ? { fetchPage } : {}),
    };
    return [
      ...(await runChecks(own, { ...base, allowCommands: false })),
      ...(await runChecks([...project.checks, ...health], { ...base, allowCommands: true })),
    ];
  });
  signal.throwIfAborted();
  const { redact } = createRedactor(
    findSecretValues((await readProjectAtRoot(root, stateDir)).variables).values,
  );
  const text = evidence.map(
    ({ passed, check, observed }) => `- ${passed ? "ok" : "no"} ${formatCheck(check)}: ${redact(observed)}`,
  );
  const log = (await readLog()).map(redact);
  const whole = [JSON.stringify(evidence, null, 2).split("\n").map(redact).join("\n"), "", ...log].join("\n");
  return {
    ...{ passed: evidence.filter(({ passed }) => passed).length, checks: evidence.length, text },
    artifact: await putArtifact(client, Buffer.from(whole, "utf8")),
  };
}
