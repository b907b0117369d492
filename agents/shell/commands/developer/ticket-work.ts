import { parseTicket } from "../../arguments.ts";
import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { ByHand, Handed } from "../../messages.ts";
import { requirePerson } from "../../person.ts";
import { openWorkTree, workTreeOf } from "../../work-tree.ts";

/** `ticket-work`: the ticket is the person's until `ticket-done` or `--release`. */
export const ticketWork: RunCommand = async ({ door, screen, signal, person }, given) => {
  const ticket = parseTicket(given.words[0]);
  if (given.has("release")) {
    await performAs(door, "ticket-release", { ticket }, ByHand, { signal });
    if (screen.json) return screen.data({ ok: true, ticket, released: true });
    return screen.line(
      `${screen.paint("bold", ticket)} is the agent's again. Your files stay where they are.`,
    );
  }
  const { home, env } = requirePerson("ticket-work", person);
  const chunks: Buffer[] = [];
  const handed = await performAs(door, "ticket-work", { ticket }, Handed, {
    signal,
    onLine: (line) => void chunks.push(Buffer.from(line, "base64")),
  });
  const dir = workTreeOf(home, ticket);
  const tree = await openWorkTree({ dir, handed, bundle: Buffer.concat(chunks), env, signal });
  if (screen.json) return screen.data({ ok: true, ...handed, dir, ...tree });
  screen.line(`${screen.paint("bold", ticket)} is yours, on ${handed.branch} in ${dir}`);
  if (tree.kept) screen.line("What you had there is as you left it.");
  screen.line(
    screen.paint(
      "dim",
      `Then: commit-push ${ticket}, ticket-done ${ticket}, or ticket-work ${ticket} --release`,
    ),
  );
};
