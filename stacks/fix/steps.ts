import {
  databasePasswordStep,
  emptyVolumeStep,
  networkStep,
  pullStep,
  stopStep,
  volumeStep,
} from "./engine-steps.ts";
import { directoryStep, envStep, fileStep, modeStep, overrideStep, ownerStep } from "./file-steps.ts";
import type { FixStep } from "./plan.ts";
import type { StepContext, StepKind } from "./step-context.ts";
import type { Undo } from "./undo.ts";

const kinds: { readonly [K in FixStep["do"]]: StepKind<K> } = {
  override: overrideStep,
  env: envStep,
  mode: modeStep,
  owner: ownerStep,
  directory: directoryStep,
  file: fileStep,
  network: networkStep,
  volume: volumeStep,
  stop: stopStep,
  pull: pullStep,
  "database-password": databasePasswordStep,
  "empty-volume": emptyVolumeStep,
};

/** Notes how a step can be taken back; changes nothing. */
export async function noteStep(step: FixStep, context: StepContext): Promise<Undo> {
  return (kinds[step.do] as StepKind<FixStep["do"]>).note(step, context);
}

/** Does a step. */
export async function applyStep(step: FixStep, context: StepContext, undo: Undo): Promise<void> {
  await (kinds[step.do] as StepKind<FixStep["do"]>).apply(step, context, undo);
}

/** Takes a step back. */
export async function revertStep(undo: Undo, context: StepContext): Promise<void> {
  await (kinds[undo.do] as StepKind<FixStep["do"]>).revert(undo, context);
}
