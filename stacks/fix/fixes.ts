import { createHash } from "node:crypto";
import { conflict } from "../../bus/kernel/errors.ts";
import type { FixView } from "../../bus/messages/diagnosis.ts";
import { readRecord, requireOffer, unknown, writeOffer, writeRecord, type FixRecord } from "./fix-record.ts";
import { FixOffer, isUndoable, type FixPlan, type StackPlace } from "./plan.ts";
import { startAndProve, startAsBefore } from "./proof.ts";
import type { StepContext } from "./step-context.ts";
import { applyStep, noteStep, revertStep } from "./steps.ts";

export interface RunFixOptions extends Pick<
  StepContext,
  "stateDir" | "values" | "changeFile" | "signal" | "onLine" | "onStarted"
> {
  /** Who asked: an actor's id. */
  readonly by: string;
  /** How long it may take until the services run; default 90 s. */
  readonly proofMs?: number;
}

const defaultProofMs = 90_000;

/** Offers a fix: keeps what it is, and gives what people see of it. Its id is made here and is the same for the same fix. */
export function offerFix(stateDir: string, place: StackPlace, offer: FixOffer): FixView {
  const parsed = FixOffer.parse(offer);
  const id = `fix-${createHash("sha256")
    .update(JSON.stringify([place.project, place.dir, parsed]))
    .digest("hex")
    .slice(0, 16)}`;
  writeOffer(stateDir, { id, place, offer: parsed });
  const { code, params, safe } = parsed;
  return { id, code, params, safe, undoable: isUndoable(parsed) };
}

/**
 * Does what was offered under an id, starts the services again and proves that they run. What it does is noted before each step,
 * so that it can be taken back whatever happens.
 * @throws `fix_unknown`, `fix_applied`, `fix_unproved`, and what a step refuses
 */
export async function applyFix(id: string, options: RunFixOptions): Promise<FixPlan> {
  const { stateDir, by, proofMs = defaultProofMs } = options;
  const plan = requireOffer(stateDir, id);
  const before = readRecord(stateDir, id);
  if (before?.state === "begun") await revert(before, options);
  // done a second time, it is still the state before the first time that an undo brings back
  const first = before?.state === "applied" ? before.undo : undefined;
  const record: FixRecord = { version: 1, plan, state: "begun", atMs: Date.now(), by, undo: [] };
  const context = contextOf(plan, options);
  for (const step of plan.offer.steps) {
    options.signal?.throwIfAborted();
    const undo = await noteStep(step, context);
    record.undo.push(undo);
    if (first === undefined) writeRecord(stateDir, record);
    await applyStep(step, context, undo);
  }
  writeRecord(stateDir, { ...record, state: "applied", undo: first ?? record.undo });
  await startAndProve(plan.offer, context, proofMs);
  return plan;
}

/** Takes a fix back, and starts what it concerns as it was. @throws `fix_unknown`, `fix_not_applied`, `fix_not_undoable` */
export async function undoFix(id: string, options: RunFixOptions): Promise<FixPlan> {
  const record = readRecord(options.stateDir, id);
  if (record === undefined) throw unknown(id);
  if (record.state === "undone")
    throw conflict("fix_not_applied", `The fix ${id} was taken back already.`, { params: { fix: id } });
  if (!isUndoable(record.plan.offer))
    throw conflict("fix_not_undoable", `The fix ${id} leaves nothing that could be taken back.`, {
      params: { fix: id },
    });
  await revert(record, options);
  await startAsBefore(record.plan.offer, contextOf(record.plan, options));
  return record.plan;
}

async function revert(record: FixRecord, options: RunFixOptions): Promise<void> {
  const context = contextOf(record.plan, options);
  for (const undo of record.undo.toReversed()) await revertStep(undo, context);
  writeRecord(options.stateDir, { ...record, state: "undone" });
}

function contextOf({ id, place }: FixPlan, { by: _, proofMs: __, ...options }: RunFixOptions): StepContext {
  return { ...options, place, fix: id };
}
