import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../../bus/messages/principals.ts";
import type { TicketView } from "../../bus/messages/ticket.ts";
import type { Door } from "./door.ts";
import { overviewLines } from "./overview.ts";
import { printableLine } from "../../terminal/printable.ts";
import { createScreen, type Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";
import { ticketsOf } from "./role-tickets.ts";
import { mayAndMayNot } from "./role-words.ts";

export interface MotdOptions {
  readonly role: Role;
  readonly projectDir: string;
  readonly openDoor: () => Promise<Door & AsyncDisposable>;
  /** How long the greeting waits for the tickets. */
  readonly waitMs?: number;
}

const mostTickets = 8;

/** Greets whoever logs in: who they are, what they may do, their tickets, their commands. Never fails, never waits long. */
export async function showMotd({ role, projectDir, openDoor, waitMs = 600 }: MotdOptions): Promise<number> {
  const screen = createScreen({ json: false, out: process.stdout, err: process.stderr });
  const tickets = await Promise.race([readTickets(role, openDoor), sleep(waitMs, undefined, { ref: false })]);
  for (const line of await motdLines(screen, role, projectDir, tickets)) screen.line(line);
  // a door that is slow to open must not hold the shell up
  return 0;
}

/** The greeting's lines; `tickets` is missing where nobody could be asked. */
export async function motdLines(
  screen: Screen,
  role: Role,
  projectDir: string,
  tickets: readonly TicketView[] | undefined,
): Promise<string[]> {
  return [
    screen.paint("bold", `You are the ${role} of Dockfra.`),
    ...mayAndMayNot(role),
    "",
    ...ticketLines(screen, tickets),
    "",
    ...(await overviewLines(screen, role, projectDir)),
  ];
}

function ticketLines(screen: Screen, tickets: readonly TicketView[] | undefined): string[] {
  if (!tickets) return ["Tickets cannot be read now: the agent or the bus does not answer."];
  if (tickets.length === 0) return ["No ticket waits for this role."];
  const rows = tickets
    .slice(0, mostTickets)
    .map(({ id, state, title }) => [`  ${screen.paint("bold", id)}`, state, printableLine(title, 60)]);
  const more = tickets.length - mostTickets;
  return ["Your tickets:", ...alignRows(rows), ...(more > 0 ? [`  and ${more} more`] : [])];
}

async function readTickets(
  role: Role,
  openDoor: MotdOptions["openDoor"],
): Promise<readonly TicketView[] | undefined> {
  try {
    await using door = await openDoor();
    return await ticketsOf(door, role);
  } catch {
    // a greeting without tickets says so
    return undefined;
  }
}
