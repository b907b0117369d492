import type { QuestionInput, QuestionOutput } from "../../../bus/messages/questions.ts";
import type { Logger } from "../../../bus/kernel/log.ts";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { inspectContainers, lookAtEngine } from "../../../stacks/diagnose/gather/engine-facts.ts";
import type { EventMemory } from "../../../stacks/watch/event-memory.ts";
import type { LaunchPlace } from "../../../stacks/launch/place.ts";
import { fewAtOnce } from "../../../stacks/processes/few-at-once.ts";
import type { Llm } from "../../llm/llm.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { addAnalysis } from "../diagnose/analysis.ts";
import { diagnoseStack } from "../diagnose/stack-diagnosis.ts";
import { findLaunchStacks, readForLaunch } from "../jobs/stack-places.ts";
import { findSecretValues } from "./secret-values.ts";

export interface DiagnoseServiceOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion" | "question">;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** What was heard of the stacks' containers. */
  readonly events?: EventMemory;
  /** Absent where nobody may be asked. */
  readonly llm?: Llm;
}

const mostDiagnoses = 200;
const stacksAtOnce = 4;

/** Answers `monitor.diagnose` until the signal. */
export async function serveDiagnose(options: DiagnoseServiceOptions): Promise<void> {
  const { bus, signal } = options;
  await bus.serveQuestion(
    "monitor.diagnose",
    (input) => diagnose(input as QuestionInput<"monitor.diagnose">, options),
    signal,
  );
}

/** Looks at one stack, or at all below ROOT. @throws `stack_unknown`, `docker_missing`, `engine_unreachable` */
export async function diagnose(
  { stack, service, analyse = false }: QuestionInput<"monitor.diagnose">,
  options: DiagnoseServiceOptions,
): Promise<QuestionOutput<"monitor.diagnose">> {
  const { root, stateDir, llm, log, signal } = options;
  const reading = await readForLaunch({ root, stateDir });
  const { redact } = createRedactor(findSecretValues(reading.variables).values);
  const { budgets } = reading.project;
  const places = await findPlaces(stack, reading, stateDir);
  const engine = await lookAtEngine();
  const diagnoses = await fewAtOnce(places, stacksAtOnce, async (place) => {
    signal.throwIfAborted();
    const found = await diagnoseStack(place, reading, redact, { ...options, engine });
    const own = found.diagnoses.filter((one) => service === undefined || one.service === service);
    return analyse && llm ? addAnalysis(own, found.facts, { llm, budgets, redact, log, signal }) : own;
  });
  return { diagnoses: diagnoses.flat().slice(0, mostDiagnoses) };
}

/** A project that runs from elsewhere is known to the engine alone. */
async function findPlaces(
  stack: string | undefined,
  reading: Awaited<ReturnType<typeof readForLaunch>>,
  stateDir: string,
): Promise<LaunchPlace[]> {
  try {
    return findLaunchStacks(reading, stack === undefined ? [] : [stack], stateDir).map(({ place }) => place);
  } catch (error) {
    if (!(error instanceof DockfraError) || error.code !== "stack_unknown" || stack === undefined)
      throw error;
    const { own } = await inspectContainers(stack);
    if (own.length === 0 || !/^[a-z0-9][a-z0-9_-]*$/.test(stack)) throw error;
    return [{ stack, project: stack, dir: "/", files: [], envFiles: [], profiles: [], values: {} }];
  }
}
