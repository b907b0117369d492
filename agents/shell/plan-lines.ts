import { newId } from "../../bus/kernel/ids.ts";
import type { Role } from "../../bus/messages/principals.ts";
import type { Door } from "./door.ts";
import type { PlannedTicket } from "./messages.ts";
import { printable, printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { storeText } from "./text-upload.ts";

/** A plan's tickets as people read them. */
export function planLines(screen: Screen, tickets: readonly PlannedTicket[]): string[] {
  return tickets.flatMap(({ title, description, priority }, index) => [
    `${index + 1}. ${screen.paint("bold", printableLine(title))}${priority === "normal" ? "" : `  ${priority}`}`,
    ...printable(description)
      .trim()
      .split("\n")
      .map((line) => `   ${line}`.trimEnd()),
  ]);
}

/** Hands one planned ticket in and gives its id; the same key is the same ticket. */
export async function createPlanned(
  door: Pick<Door, "ask">,
  role: Role,
  { title, description, priority }: PlannedTicket,
  key: string = newId(),
): Promise<string> {
  const text = await storeText(door, role, description);
  return (await door.ask("ticket.create", { title, description: text, priority }, { key })).id;
}
