import type { StackAction } from "../../../bus/messages/stack-jobs.ts";

/** Stands for all stacks. */
const everything = "*";

/** What an action works on; two jobs on the same thing would undo each other's work. */
export function reachOf(action: StackAction): readonly string[] {
  switch (action.do) {
    case "launch":
      return action.stacks.length > 0 ? action.stacks.map((stack) => `stack ${stack}`) : [everything];
    case "stop":
    case "restart":
    case "deploy":
    case "rollback":
      return [`stack ${action.stack}`];
    case "preview-open":
    case "preview-close":
      return [`preview ${action.ticket}`];
    case "fix":
    case "undo":
      return [`fix ${action.fix}`];
    case "clone-app":
      return [action.do];
    case "approve":
      return [];
  }
}

/** What two actions would both work on, or `undefined`. */
export function findClash(a: StackAction, b: StackAction): string | undefined {
  const other = reachOf(b);
  return reachOf(a).find(
    (place) =>
      other.includes(place) ||
      (place === everything && other.some(isStack)) ||
      (isStack(place) && other.includes(everything)),
  );
}

function isStack(place: string): boolean {
  return place.startsWith("stack ") || place === everything;
}
