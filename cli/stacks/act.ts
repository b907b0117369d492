import { exitCodes, type ErrorInfo } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";
import type { JobView, StackAction } from "../../bus/messages/stack-jobs.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { currentActor } from "../place/operator.ts";
import { toSentence } from "../terminal/failure.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { causeLines } from "./diagnose.ts";
import { followJob } from "./job-follow.ts";
import { createJobScreen } from "./job-screen.ts";
import { renderFindings } from "./preflight.ts";

export interface ActOptions {
  /** Leaves it to the monitor, and only says the job's id. */
  readonly detach?: boolean;
  /** What is said when all went well. */
  readonly onDone?: (bus: ClientBus, job: JobView) => Promise<void>;
}

/** What a job that was cancelled by somebody else gives. */
const cancelledCode = exitCodes.conflict;

/** Lets the monitor do something long, shows how far it is, and gives the exit code. */
export async function act(
  invocation: Invocation<object>,
  action: StackAction,
  { detach = false, onDone }: ActOptions = {},
): Promise<number> {
  const { screen, signal } = invocation;
  const id = newId().slice(0, 12);
  const by = currentActor().id;
  return withOperator(invocation, async (bus) => {
    if (detach) {
      const job = await bus.question("monitor.act", { id, action, by });
      if (screen.json) screen.data({ ok: true, job });
      else screen.line(`Begun as job ${id}. See: dockfra jobs ${id}`);
      return 0;
    }
    const shown = createJobScreen(screen, process.stdout.isTTY);
    const job = await followJob(bus, { ...shown, action, id, by, signal });
    shown.finish(job);
    const exitCode = reportEnd(screen, job);
    if (exitCode === 0 && !screen.json) await onDone?.(bus, job);
    return exitCode;
  });
}

/** Says how a job ended, and gives its exit code. */
export function reportEnd(screen: Screen, job: JobView): number {
  const { state, error } = job;
  const exitCode =
    state === "done" || state === "running" ? 0 : error === undefined ? cancelledCode : exitCodes[error.kind];
  if (screen.json) screen.data({ ok: exitCode === 0, job });
  else if (state === "cancelled") screen.note("Cancelled; what ran before goes on.");
  else if (error !== undefined) for (const line of failureLines(screen, error, job)) screen.note(line);
  else for (const line of factsOf(job)) screen.line(line);
  return exitCode;
}

/** The fact, why, and what can be done about it. */
function failureLines(
  screen: Screen,
  error: ErrorInfo,
  { diagnoses = [], findings = [] }: JobView,
): string[] {
  const { rollback } = error.params;
  return [
    `${screen.paint("red", "dockfra:")} ${printableLine(toSentence(error), 2_000)}`,
    ...(findings.length === 0 ? [] : renderFindings(screen, findings)),
    ...diagnoses.flatMap((diagnosis) => causeLines(screen, diagnosis)),
    ...(typeof rollback === "string"
      ? [`    dockfra rollback ${printableLine(rollback)}  Put back what ran before`]
      : []),
  ];
}

function factsOf({ state, result = {}, startedAtMs, endedAtMs }: JobView): string[] {
  const tookMs = endedAtMs === undefined ? undefined : endedAtMs - startedAtMs;
  const facts = Object.entries(result).map(([name, value]) => `${name} ${printableLine(String(value))}`);
  return [
    [state, ...facts, ...(tookMs === undefined ? [] : [`took ${(tookMs / 1_000).toFixed(1)} s`])].join(", "),
  ];
}
