import type { Invocation } from "../invocation.ts";
import { act } from "./act.ts";

export interface FixOptions {
  readonly yes?: boolean;
}

/** `fix ID`: does what `diagnose` or `preflight` offered; one that is not safe wants `--yes`. @throws `fix_unknown`, `fix_unapproved` */
export function fix(invocation: Invocation<FixOptions>, id: string): Promise<number> {
  const { screen, options } = invocation;
  return act(
    invocation,
    { do: "fix", fix: id, ...(options.yes === true ? { approved: true } : {}) },
    { onDone: async () => screen.line(`Take it back with: dockfra fix undo ${id}`) },
  );
}

/** `fix undo ID`. @throws `fix_unknown`, `fix_not_applied` */
export function undoFix(invocation: Invocation<object>, id: string): Promise<number> {
  return act(invocation, { do: "undo", fix: id });
}
