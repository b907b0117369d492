import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../../bus/messages/principals.ts";
import type { TicketState } from "../../bus/messages/ticket.ts";
import type { CommandEntry } from "./command.ts";
import type { Door } from "./door.ts";
import { optionsOf } from "./arguments.ts";
import { listCommands, roleCommands } from "./registry.ts";

export interface CompletionOptions {
  readonly role: Role;
  readonly projectDir: string;
  readonly openDoor: () => Promise<Door & AsyncDisposable>;
  readonly waitMs?: number;
}

/** Prints what the last word may become, one proposal a line: for the shell's own completion. */
export async function complete(words: readonly string[], options: CompletionOptions): Promise<number> {
  for (const proposal of await proposalsFor(words, options)) process.stdout.write(`${proposal}\n`);
  return 0;
}

/** Proposals for the last of the words: command names, options, ticket ids, roles. */
export async function proposalsFor(
  words: readonly string[],
  { role, projectDir, openDoor, waitMs = 500 }: CompletionOptions,
): Promise<string[]> {
  const [name = "", ...rest] = words;
  const last = rest.at(-1);
  const fits = (candidates: readonly string[]): string[] =>
    candidates.filter((candidate) => candidate.startsWith(last ?? name)).toSorted();
  if (last === undefined) return fits((await listCommands(role, projectDir)).map((command) => command.name));
  const entry: CommandEntry | undefined = roleCommands[role][name];
  if (!entry) return [];
  const options = optionsOf(entry);
  const before = rest.at(-2);
  const valued = before?.startsWith("--") ? options[before.slice(2)] : undefined;
  if (valued?.value !== undefined) return fits(valued.choices ?? []);
  if (last.startsWith("-")) return fits(Object.keys(options).map((option) => `--${option}`));
  const place = rest.slice(0, -1).filter((word) => !word.startsWith("-")).length;
  const wanted = entry.arguments?.[place]?.replace(/[<>[\].]/g, "");
  if (wanted === "role") return fits(Object.keys(roleCommands).filter((other) => other !== role));
  if (wanted !== "ticket") return [];
  const ids = await Promise.race([openTickets(openDoor), sleep(waitMs, [], { ref: false })]);
  return fits(ids);
}

/** Tickets that something can still be done with. */
async function openTickets(openDoor: CompletionOptions["openDoor"]): Promise<string[]> {
  const over: readonly TicketState[] = ["closed", "cancelled"];
  try {
    await using door = await openDoor();
    const { tickets } = await door.ask("ticket.list", { limit: 500 });
    return tickets.filter(({ state }) => !over.includes(state)).map(({ id }) => id);
  } catch {
    // nothing to propose is no failure
    return [];
  }
}
