import type { Diagnosis, FixView } from "../../bus/messages/diagnosis.ts";
import type { StackAction } from "../../bus/messages/stack-jobs.ts";
import type { Finding } from "../../bus/messages/stack-service.ts";
import { render } from "../../locales/render.ts";
import { sentenceOf } from "../text/sentences.ts";
import type { ActionContext, Button } from "./reply.ts";

const icons = { error: "🔴", warning: "🟡", info: "ℹ️" } as const;
const shownEvidence = 12;
const maxLabel = 90;

/** Makes a button for an action of the monitor. */
export function offer(context: ActionContext, label: string, action: StackAction, ask?: string): Button {
  const { services, actor } = context;
  const id = services.pendingActions.keep({ actor, action, ...(ask === undefined ? {} : { ask }) });
  return { label: label.slice(0, maxLabel), value: `run_suggested_cmd::${id}` };
}

/** Makes the button of a fix; one that is not safe asks once more. */
export function offerFix(context: ActionContext, { id, code, params, safe }: FixView): Button {
  const label = render(context.lang, code, params) ?? code.replaceAll("_", " ");
  const ask = safe ? undefined : context.t("wizard.fix_unsafe", { fix: label });
  return offer(context, label, { do: "fix", fix: id, ...(safe ? {} : { approved: true }) }, ask);
}

/** Says findings, and gives the buttons of their fixes. */
export function sayFindings(context: ActionContext, findings: readonly Finding[]): Button[] {
  for (const finding of findings.slice(0, 20))
    context.say(`${icons[finding.severity]} ${sentenceOf({ ...finding, ...asError }, context.lang)}`);
  return findings.flatMap(({ fixes = [] }) => fixes.map((fix) => offerFix(context, fix))).slice(0, 12);
}

const asError = { kind: "invalid_input", retryable: false } as const;

/** Says causes with the lines that prove them, and gives the buttons of their fixes. */
export function sayDiagnoses(context: ActionContext, diagnoses: readonly Diagnosis[]): Button[] {
  for (const { code, params, severity, evidence, analysis } of diagnoses.slice(0, 10)) {
    context.say(`${icons[severity]} ${render(context.lang, code, params) ?? code.replaceAll("_", " ")}`);
    showLines(context, evidence);
    if (analysis === undefined) continue;
    context.say(analysis.text);
    showLines(context, analysis.lines);
  }
  return diagnoses.flatMap(({ fixes }) => fixes.map((fix) => offerFix(context, fix))).slice(0, 12);
}

function showLines({ show }: ActionContext, lines: Diagnosis["evidence"]): void {
  if (lines.length === 0) return;
  const shown = lines.slice(0, shownEvidence).map(({ source, text }) => `${source}: ${text}`);
  show({ type: "code", text: shown.join("\n") });
}
