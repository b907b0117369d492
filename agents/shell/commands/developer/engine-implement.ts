import { performAs } from "../../answers.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { EngineDone, Handed } from "../../messages.ts";
import { requirePerson } from "../../person.ts";
import { printable } from "../../../../terminal/printable.ts";
import { openWorkTree, workTreeOf } from "../../work-tree.ts";

/** `engine-implement`: an engine adds its commit to the branch of a ticket that the person has by hand. */
export const engineImplement: RunCommand = async ({ door, screen, signal, person }, given) => {
  const { home, env } = requirePerson("engine-implement", person);
  const ticket = parseTicket(given.words[0]);
  const engine = given.value("engine");
  const input = { ticket, ...(engine === undefined ? {} : { engine }) };
  const onLine = (line: string): void => screen.note(printable(line));
  const done = await performAs(door, "engine-implement", input, EngineDone, { signal, onLine });
  const chunks: Buffer[] = [];
  const handed = await performAs(door, "ticket-work", { ticket }, Handed, {
    signal,
    onLine: (line) => void chunks.push(Buffer.from(line, "base64")),
  });
  const dir = workTreeOf(home, ticket);
  const { kept } = await openWorkTree({ dir, handed, bundle: Buffer.concat(chunks), env, signal });
  if (screen.json) return screen.data({ ok: true, ticket, ...done, dir, kept });
  screen.line(
    `${screen.paint("bold", ticket)}: ${done.engine} made ${done.commit.slice(0, 10)}; it is in ${dir}`,
  );
  if (kept) screen.line("Your own changes are as you left them. Merge with: git merge dockfra/now");
};
