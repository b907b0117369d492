import { notFound } from "../../bus/kernel/errors.ts";
import type { FixView } from "../../bus/messages/diagnosis.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import { render } from "../../locales/render.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { printableLine } from "../terminal/printable.ts";
import { act } from "./act.ts";

export interface FixOptions {
  readonly yes?: boolean;
}

/** `fix ID`: does what `diagnose` or `preflight` offered; one that is not safe wants `--yes`. @throws `fix_unknown` */
export async function fix(invocation: Invocation<FixOptions>, id: string): Promise<number> {
  const { screen, options } = invocation;
  if (options.yes !== true) {
    const view = await withOperator(invocation, (bus) => findFix(bus, id));
    const what = printableLine(render("en", view.code, view.params) ?? view.code, 500);
    if (!view.safe) {
      if (screen.json) screen.data({ ok: false, confirm: view });
      else screen.note(`${what}. This is not without risk. If you want it: dockfra fix ${id} --yes`);
      return 4;
    }
    if (!screen.json) screen.note(`${what} …`);
  }
  return act(
    invocation,
    { do: "fix", fix: id },
    { onDone: async () => screen.line(`Take it back with: dockfra fix undo ${id}`) },
  );
}

/** `fix undo ID`. @throws `fix_unknown`, `fix_not_applied` */
export function undoFix(invocation: Invocation<object>, id: string): Promise<number> {
  return act(invocation, { do: "undo", fix: id });
}

async function findFix(bus: ClientBus, id: string): Promise<FixView> {
  const { diagnoses } = await bus.question("monitor.diagnose", {});
  const offered = diagnoses.flatMap(({ fixes }) => fixes).find((one) => one.id === id);
  if (offered) return offered;
  const { findings } = await bus.question("monitor.preflight", { stacks: [] });
  const found = findings.flatMap(({ fixes = [] }) => fixes).find((one) => one.id === id);
  if (found) return found;
  throw notFound("fix_unknown", `No fix ${id.slice(0, 40)} is offered now. Look again: dockfra diagnose`, {
    params: { fix: id.slice(0, 40) },
  });
}
