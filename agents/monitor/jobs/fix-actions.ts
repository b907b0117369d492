import { conflict } from "../../../bus/kernel/errors.ts";
import type { StackAction } from "../../../bus/messages/stack-jobs.ts";
import { render } from "../../../locales/render.ts";
import { applyFix, undoFix, type RunFixOptions } from "../../../stacks/fix/fixes.ts";
import { requireOffer } from "../../../stacks/fix/fix-record.ts";
import type { FixPlan } from "../../../stacks/fix/plan.ts";
import { createFileChanger } from "../project-files.ts";
import type { JobAction, JobParts, JobRun } from "./actions.ts";
import { findLaunchStacks, readForLaunch } from "./stack-places.ts";

/** Refuses a fix that is not safe and that nobody gave a word for. @throws `fix_unknown`, `fix_unapproved` */
export function requireApproval(stateDir: string, action: StackAction): void {
  if (action.do !== "fix") return;
  const { offer } = requireOffer(stateDir, action.fix);
  if (offer.safe || action.approved === true) return;
  const what = sayOffer(offer);
  throw conflict(
    "fix_unapproved",
    `${what}. This is not without risk. If you want it: dockfra fix ${action.fix} --yes`,
    { params: { fix: action.fix, what } },
  );
}

function sayOffer({ code, params }: FixPlan["offer"]): string {
  return render("en", code, params) ?? code.replaceAll("_", " ");
}

/** Makes the action that does what a diagnosis or a preflight offered. */
export function createFix(parts: JobParts): JobAction<"fix"> {
  return async (run) => {
    const asked = requireOffer(parts.stateDir, run.action.fix);
    run.log(`${sayOffer(asked.offer)} …`, { stack: asked.place.project });
    const { offer, place } = await applyFix(run.action.fix, await toOptions(parts, run));
    return { stack: place.project, fix: offer.code, undo: run.action.fix };
  };
}

/** Makes the action that takes a fix back. */
export function createUndo(parts: JobParts): JobAction<"undo"> {
  return async (run) => {
    const { offer, place } = await undoFix(run.action.fix, await toOptions(parts, run));
    return { stack: place.project, undone: offer.code };
  };
}

/** Values of a project are read when they are needed, and kept nowhere else. */
async function toOptions(parts: JobParts, run: JobRun<"fix"> | JobRun<"undo">): Promise<RunFixOptions> {
  const { root, stateDir } = parts;
  const { project } = requireOffer(stateDir, run.action.fix).place;
  const places = findLaunchStacks(await readForLaunch({ root, stateDir }), [], stateDir).map(
    ({ place }) => place,
  );
  const values = places.find((place) => place.project === project)?.values;
  return {
    ...{ stateDir, by: run.by, signal: run.signal },
    changeFile: createFileChanger(parts),
    ...(values === undefined ? {} : { values }),
    onLine: (line) => run.log(line, { stack: project }),
    onStarted: (pid) => run.started(pid),
  };
}
