import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { Evidence } from "../../../bus/messages/checks.ts";
import type { Diagnosis } from "../../../bus/messages/diagnosis.ts";
import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import { render } from "../../../locales/render.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { findLaunchStacks, readForLaunch } from "../jobs/stack-places.ts";
import { findSecretValues } from "../stack-service/secret-values.ts";
import { diagnoseStack, type DiagnoseOptions } from "./stack-diagnosis.ts";
import { linesOf, reasonLines } from "./up-output.ts";

/** Failures of what runs; others, as a refusal, say all there is to say. */
const explainable = new Set([
  ...["launch_failed", "launch_timeout", "service_exited", "service_restarting", "service_unhealthy"],
  ...["service_not_started", "compose_config_invalid", "compose_call_failed", "compose_failed"],
  ...["start_failed", "health_timeout", "checks_failed"],
]);
const mostCauses = 3;
/** What ran before is put back after that at the latest. */
const longestMs = 15_000;

/** Says why a job failed, worst cause first; nothing where its error says it all, or no rule knows. */
export async function explainJob(view: JobView, options: DiagnoseOptions): Promise<Diagnosis[]> {
  const { error, action } = view;
  const environment = action.do === "launch" ? action.environment : undefined;
  return error === undefined ? [] : explain(error, linesOf(view), { ...options, environment });
}

/** Says why a release does not run, while its containers are still there. */
export function explainRelease(
  reason: ErrorInfo,
  logTail: readonly string[],
  options: DiagnoseOptions,
): Promise<Diagnosis[]> {
  return explain(reason, [...logTail, ...reasonLines(reason)], options);
}

/** Causes as evidence: they go with a failed deploy onto its ticket, and so to who mends it. */
export function toEvidence(diagnoses: readonly Diagnosis[]): Evidence[] {
  return diagnoses.map(({ code, params, stack = "", evidence }) => {
    const lines = evidence.slice(0, 5).map(({ source, text }) => `${source}: ${text}`);
    return {
      check: { kind: "command", argv: ["dockfra", "diagnose", stack] },
      passed: false,
      observed: [render("en", code, params) ?? code, ...lines].join("\n").slice(0, 2_000),
      ...{ atMs: Date.now(), tookMs: 0 },
    };
  });
}

async function explain(
  { code, params }: ErrorInfo,
  upOutput: readonly string[],
  options: DiagnoseOptions & { readonly environment?: "local" | "production" | undefined },
): Promise<Diagnosis[]> {
  const { stack } = params;
  if (!explainable.has(code) || typeof stack !== "string") return [];
  const { root, stateDir, environment } = options;
  const look = async (): Promise<Diagnosis[]> => {
    const reading = await readForLaunch({ root, stateDir, environment });
    const [found] = findLaunchStacks(reading, [stack], stateDir);
    if (found === undefined) return [];
    const { redact } = createRedactor(findSecretValues(reading.variables).values);
    const { diagnoses } = await diagnoseStack(found.place, reading, redact, { ...options, upOutput });
    return diagnoses.filter(({ severity }) => severity === "error").slice(0, mostCauses);
  };
  try {
    return await Promise.race([look(), sleep(longestMs, [], { ref: false })]);
  } catch {
    // the failure stands alone then: nothing may keep what ran before from coming back
    return [];
  }
}
