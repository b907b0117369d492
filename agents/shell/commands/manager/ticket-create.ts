import { invalidInput } from "../../../../bus/kernel/errors.ts";
import { newId } from "../../../../bus/kernel/ids.ts";
import { Priority } from "../../../../bus/messages/ticket.ts";
import { parseCheck } from "../../../../stacks/checks/check-sentence.ts";
import type { RunCommand } from "../../command.ts";
import { readPersonsFile, readWords } from "../../person.ts";
import { storeText } from "../../text-upload.ts";
import { parseTicketText } from "../../ticket-text.ts";

const maxTitle = 300;

/** `ticket-create`. @throws `ticket_title_missing`, `ticket_title_long`, `check_invalid` */
export const ticketCreate: RunCommand = async (context, given) => {
  const { door, screen, role } = context;
  const path = given.value("file");
  const file =
    path === undefined ? undefined : parseTicketText(await readPersonsFile("ticket-create", context, path));
  const title = (given.words.join(" ") || file?.title || "").trim();
  if (title === "")
    throw invalidInput(
      "shell_title_missing",
      'A ticket needs a title. Write: ticket-create "what is wanted"',
    );
  if (title.length > maxTitle)
    throw invalidInput(
      "ticket_title_long",
      `The title has ${title.length} characters, and ${maxTitle} are allowed. Put the rest into --description.`,
      { params: { length: title.length, most: maxTitle } },
    );
  const words = given.value("description");
  const description =
    words === undefined ? file?.description : await readWords("ticket-create", context, [words]);
  const checks = given.values("check").map(parseCheck);
  const priority = given.value("priority");
  const [repo, stack] = [given.value("repo"), given.value("stack")];
  const labels = [...given.values("label")];
  const created = await door.ask(
    "ticket.create",
    {
      title,
      ...(description === undefined || description === ""
        ? {}
        : { description: await storeText(door, role, description) }),
      ...(checks.length === 0 ? {} : { checks }),
      ...(priority === undefined ? {} : { priority: Priority.parse(priority) }),
      ...(labels.length === 0 ? {} : { labels }),
      ...(repo === undefined ? {} : { repo }),
      ...(stack === undefined ? {} : { stack }),
    },
    { key: newId() },
  );
  if (screen.json) return screen.data({ ok: true, ...created });
  screen.line(`${screen.paint("bold", created.id)} created: ${title}`);
  screen.line(screen.paint("dim", `See it with: ticket-show ${created.id}`));
};
