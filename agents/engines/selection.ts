import { invalidInput } from "../../bus/kernel/errors.ts";
import type { TicketBrief } from "../../bus/messages/ticket.ts";
import type { Engine, EngineContext } from "./engine.ts";

/** Takes the first engine that can do the ticket. @throws `no_engine`, saying what to add */
export async function selectEngine(
  engines: readonly Engine[],
  ticket: TicketBrief,
  context: EngineContext,
): Promise<Engine> {
  for (const engine of engines) if (await engine.canTake(ticket, context)) return engine;
  throw invalidInput(
    "no_engine",
    `No engine can do ${ticket.id}. Add a \`\`\`diff block with the change to its description, engines.command to dockfra.yaml, or a model's OPENROUTER_API_KEY to dockfra/.env, then resume it.`,
    { params: { ticket: ticket.id } },
  );
}

/** Puts the engine of a name before the others; a name that none has changes nothing. */
export function inPreferredOrder(engines: readonly Engine[], name: string | undefined): readonly Engine[] {
  return engines.toSorted((a, b) => Number(b.name === name) - Number(a.name === name));
}
