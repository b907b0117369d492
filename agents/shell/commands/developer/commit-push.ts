import { invalidInput } from "../../../../bus/kernel/errors.ts";
import { performAs } from "../../answers.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { Pushed } from "../../messages.ts";
import { requirePerson } from "../../person.ts";
import { packWork, takePublished, ticketOfPath, workTreeOf } from "../../work-tree.ts";

/** `commit-push`: the person's commits go to the agent, which checks and publishes them. */
export const commitPush: RunCommand = async ({ door, screen, signal, person }, given) => {
  const { home, cwd, env } = requirePerson("commit-push", person);
  const ticket = given.words[0] === undefined ? ticketOfPath(home, cwd) : parseTicket(given.words[0]);
  if (ticket === undefined)
    throw invalidInput(
      "shell_ticket_unclear",
      "This is no ticket's directory. Name the ticket: commit-push T-0001",
    );
  const dir = workTreeOf(home, ticket);
  const branch = `dockfra/${ticket}`;
  const message = given.value("message") ?? (await door.ask("ticket.show", { id: ticket })).title;
  const packed = await packWork(dir, { branch, message, env, signal });
  const chunks: Buffer[] = [];
  const pushed = await performAs(
    door,
    "commit-push",
    { ticket, commit: packed.commit, bundle: packed.bundle.toString("base64") },
    Pushed,
    { signal, onLine: (line) => void chunks.push(Buffer.from(line, "base64")) },
  );
  await takePublished(dir, { branch, commit: pushed.commit, bundle: Buffer.concat(chunks), env });
  if (screen.json) return screen.data({ ok: true, ...pushed });
  const { files, insertions, deletions } = pushed.stats;
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  screen.line(
    `${screen.paint("bold", ticket)}: ${pushed.commit.slice(0, 10)} is on ${pushed.branch}; ${count}, +${insertions} -${deletions} in all`,
  );
  screen.line(screen.paint("dim", `Then: ticket-done ${ticket}`));
};
