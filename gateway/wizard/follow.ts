import type { JobView, StackAction } from "../../bus/messages/stack-jobs.ts";
import { sentenceOf } from "../text/sentences.ts";
import { offer, sayDiagnoses, sayFindings } from "./offers.ts";
import type { Action, ActionContext, Button } from "./reply.ts";
import { readDiagnoses } from "../stacks/diagnoses.ts";

/** An answer of `POST /api/action` comes within 30 s; a longer job goes on without its listener. */
const followMs = 22_000;
const lookMs = 2_000;
const lastLines = 20;

/** The one stack that an action is about, if it is about one. */
export function stackOf(action: StackAction): string | undefined {
  if (action.do === "launch") return action.stacks.length === 1 ? action.stacks[0] : undefined;
  return "stack" in action ? action.stack : undefined;
}

/** Shows how a job goes until it has ended, or for as long as an answer may take. */
export async function followJob(context: ActionContext, job: JobView): Promise<void> {
  const { services, t, say, buttons } = context;
  const untilMs = performance.now() + followMs;
  const shown = new Map<string, string>();
  let now = job;
  showProgress(context, now, shown);
  while (now.state === "running" && performance.now() < untilMs) {
    now = await services.jobs.show(now.id, lookMs);
    showProgress(context, now, shown);
  }
  if (now.state !== "running") return sayEnd(context, now);
  say(t("wizard.job_goes_on"));
  buttons([
    { label: t("wizard.button.look"), value: `follow_job::${now.id}` },
    { label: t("wizard.button.cancel_job"), value: `cancel_job::${now.id}` },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

/** One bar per service, and one for the job itself. */
function showProgress({ show }: ActionContext, job: JobView, shown: Map<string, string>): void {
  const bars = [
    { label: labelOf(job.action), done: job.state !== "running", error: job.state === "failed" },
    ...job.services.map(({ stack, service, step }) => ({
      ...{ label: `${stack}/${service}`, error: step === "failed" },
      done: ["healthy", "done", "failed"].includes(step) || job.state !== "running",
    })),
  ];
  for (const bar of bars) {
    const state = `${bar.done} ${bar.error}`;
    if (shown.get(bar.label) === state) continue;
    shown.set(bar.label, state);
    show({ type: "progress", ...bar });
  }
}

function labelOf(action: StackAction): string {
  const about =
    action.do === "launch"
      ? action.stacks.join(", ")
      : (stackOf(action) ?? ("ticket" in action ? action.ticket : ""));
  return `${action.do} ${about}`.trim();
}

async function sayEnd(context: ActionContext, job: JobView): Promise<void> {
  const { services, t, say, show, buttons, lang } = context;
  const { action, state, error, log, diagnoses, findings = [], result = {} } = job;
  const stack = stackOf(action);
  const logs = stack === undefined ? "pick_logs" : `logs_stack::${stack}`;
  const home: Button[] = [
    { label: t("wizard.button.logs"), value: logs },
    { label: t("wizard.button.home"), value: "welcome" },
  ];
  if (state === "cancelled") {
    say(t("wizard.job_cancelled"));
    return buttons(home);
  }
  if (state === "failed") {
    say(`🔴 ${error === undefined ? t("wizard.job_failed") : sentenceOf(error, lang)}`);
    if (log.length > 0) show({ type: "code", text: log.slice(-lastLines).join("\n") });
    const found = diagnoses ?? (stack === undefined ? [] : await readDiagnoses(services, { stack }));
    const fixes = [...sayFindings(context, findings), ...sayDiagnoses(context, found)];
    const again = offer(context, t("wizard.button.again"), action);
    return buttons([...fixes, again, ...home]);
  }
  say(t("wizard.job_done"));
  if (typeof result["url"] === "string") say(t("wizard.runs_at", { url: result["url"] }));
  const undo =
    action.do === "fix" && typeof result["undo"] === "string"
      ? [offer(context, t("wizard.button.undo"), { do: "undo", fix: result["undo"] })]
      : [];
  const after = action.do === "launch" ? await postLaunch(context) : [];
  buttons([...undo, ...after, ...home]);
}

/** What the project offers after a launch, where its conditions hold. */
async function postLaunch({ services: { bus }, t }: ActionContext): Promise<Button[]> {
  const { postLaunch: offered = [] } = await bus.question("monitor.stacks", {});
  return [
    ...offered.filter(({ shown }) => shown).map(({ label, action }) => ({ label, value: action })),
    { label: t("wizard.button.post_creds"), value: "post_launch_creds" },
  ];
}

const follow: Action = async (context) =>
  followJob(context, await context.services.jobs.show(context.args[0] ?? ""));

const cancel: Action = async (context) =>
  followJob(context, await context.services.jobs.cancel(context.args[0] ?? ""));

/** A job that goes on. */
export const followActions: Readonly<Record<string, Action>> = { follow_job: follow, cancel_job: cancel };
