import type { VariableView } from "../../bus/messages/stack-service.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { askLine } from "../setup/ask.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { conceal, renderSuggestions, sourceOf, type Suggestion } from "./env-suggest.ts";

export interface FillOptions {
  /** Takes the first suggestion of each. */
  readonly yes?: boolean;
}

/** What one variable gets, and from where. */
interface Chosen {
  readonly name: string;
  readonly value: string;
  readonly from: string;
}

/** `env fill`: asks for each value that a stack cannot do without; exit code 2 where some are missing still. */
export async function fill(invocation: Invocation<FillOptions>): Promise<number> {
  const { screen, options, signal } = invocation;
  return withOperator(invocation, async (bus) => {
    const missing = (await bus.question("monitor.stacks", {})).variables.filter((one) => one.missing);
    const chosen: Chosen[] = [];
    for (const variable of missing) {
      signal.throwIfAborted();
      const one = await chooseFor(bus, variable, screen, options);
      if (one === undefined) continue;
      // written one by one, so that the next port knows of this one
      const { updated } = await bus.question("monitor.env-set", { values: { [one.name]: one.value } });
      if (updated.length > 0) chosen.push(one);
    }
    const left = missing.map(({ name }) => name).filter((name) => chosen.every((one) => one.name !== name));
    report(screen, chosen, left);
    return left.length === 0 ? 0 : 2;
  });
}

async function chooseFor(
  bus: ClientBus,
  { name, label, desc, secret }: VariableView,
  screen: Screen,
  { yes = false }: FillOptions,
): Promise<Chosen | undefined> {
  const { suggestions } = await bus.question("monitor.suggest", { key: name });
  const [first] = suggestions;
  if (yes) return first && { name, value: first.value, from: sourceOf(first) };
  if (!screen.json && process.stdin.isTTY) {
    const words = [label, desc].filter((text) => text !== undefined).join(": ");
    screen.note(`\n${screen.paint("bold", name)}  ${printableLine(words, 300)}`);
    for (const line of renderSuggestions(screen, name, suggestions.map(conceal))) screen.note(`  ${line}`);
  }
  const hint = first === undefined ? "" : " (a number takes a suggestion)";
  const typed = await askLine(screen, `${name}${hint}: `, { secret: secret && first === undefined });
  return typed === undefined ? undefined : toChosen(name, typed, suggestions);
}

/** A number that is one of a suggestion stands for it; `=8` is the text 8. */
function toChosen(name: string, typed: string, suggestions: readonly Suggestion[]): Chosen {
  const suggested = /^[1-9]\d?$/.test(typed) ? suggestions[Number(typed) - 1] : undefined;
  if (suggested) return { name, value: suggested.value, from: sourceOf(suggested) };
  return { name, value: typed.startsWith("=") ? typed.slice(1) : typed, from: "typed" };
}

function report(screen: Screen, chosen: readonly Chosen[], left: readonly string[]): void {
  if (screen.json) {
    const filled = chosen.map(({ name, from }) => ({ name, from }));
    return screen.data({ ok: left.length === 0, filled, missing: left });
  }
  for (const { name, from } of chosen)
    screen.line(`${screen.paint("green", "✓")} ${name}  ${screen.paint("dim", from)}`);
  for (const name of left)
    screen.line(`${screen.paint("red", "✗")} ${name}  has no value yet: dockfra env set ${name} VALUE`);
  if (chosen.length === 0 && left.length === 0) screen.line("No required value is missing.");
}
