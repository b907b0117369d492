import { ReleaseStore, type ReleaseAuthor } from "../../stacks/releases/release-store.ts";
import { targetDirOf } from "../../stacks/targets/select-target.ts";
import type { DeployOutcome, ReleaseRef, Target } from "../../stacks/targets/target.ts";
import { createSerial } from "../runtime/serial.ts";

export interface RecordedRun extends ReleaseAuthor {
  readonly stateDir: string;
  readonly target: Target;
  readonly release: ReleaseRef;
  readonly commandId: string;
  /** Asked in the stack's turn, before anything else; throws where the change may not be any more. */
  readonly mayBegin?: () => Promise<void>;
}

const inTurn = createSerial();

/** Does something to a stack when it is its turn: launches and deploys go one after the other, a ticket's and a person's alike. */
export function takeTurn<T>(stateDir: string, stack: string, work: () => Promise<T>): Promise<T> {
  return inTurn(targetDirOf(stateDir, stack), work);
}

/** Lets a release run when it is its turn, and writes down who wanted it, what it is made of and how that went. */
export function runRecorded(
  { stateDir, target, mayBegin, ...start }: RecordedRun,
  run: () => Promise<DeployOutcome>,
): Promise<DeployOutcome> {
  const { release } = start;
  return takeTurn(stateDir, release.stack, async () => {
    await mayBegin?.();
    const store = new ReleaseStore(stateDir, release.stack);
    store.begin(start);
    const outcome = await run();
    store.finish(release.releaseId, outcome, await contentsOf(target, release, outcome));
    return outcome;
  });
}

/** What a release was made of; only one that runs is known to its target. */
export async function contentsOf(
  target: Target,
  { releaseId }: ReleaseRef,
  { outcome }: DeployOutcome,
): Promise<Awaited<ReturnType<NonNullable<Target["contents"]>>>> {
  return outcome === "deployed" ? target.contents?.(releaseId) : undefined;
}
