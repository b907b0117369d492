import { invalidInput } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";
import type { IntentAnswer } from "../../bus/messages/intents.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { currentActor } from "../place/operator.ts";
import { readInput } from "../terminal/input.ts";
import { readFields, type FieldOptions } from "./fields.ts";
import { parseTicketText } from "../../agents/shell/ticket-text.ts";

interface CreateOptions extends FieldOptions {
  readonly title?: string;
  readonly file?: string;
  readonly repo?: string;
}

const maxTitle = 300;

/** `ticket create`. @throws `ticket_title_missing`, `ticket_title_long` */
export async function createTicket(invocation: Invocation<CreateOptions>, argument?: string): Promise<void> {
  const { options, screen } = invocation;
  const { title, description } = await readTicket(options, argument);
  const created = await withOperator(invocation, (bus) =>
    submitTicket(bus, { ...options, title, ...(description === undefined ? {} : { description }) }),
  );
  if (screen.json) return screen.data({ ok: true, ...created });
  screen.line(`${screen.paint("bold", created.id)} created: ${title}`);
  screen.line(screen.paint("dim", `Watch it with: dockfra ticket wait ${created.id}`));
}

/** Hands a ticket in; a request that got no answer is sent again under the same id, so it is one ticket. */
export async function submitTicket(
  bus: IntentClient,
  { title, repo, ...fields }: FieldOptions & { readonly title: string; readonly repo?: string },
): Promise<IntentAnswer<"ticket.create">> {
  const input = { title, ...(repo === undefined ? {} : { repo }), ...(await readFields(bus, fields)) };
  return bus.ask("ticket.create", input, { id: newId(), actor: currentActor() });
}

async function readTicket(
  options: CreateOptions,
  argument: string | undefined,
): Promise<{ title: string; description: string | undefined }> {
  const file = options.file === undefined ? undefined : parseTicketText(await readInput(options.file));
  const title = (argument ?? options.title ?? file?.title ?? "").trim();
  if (title === "")
    throw invalidInput(
      "ticket_title_missing",
      `A ticket needs a title. Write: dockfra ticket create "what is wanted", or give a file that begins with a heading.`,
    );
  if (title.length > maxTitle)
    throw invalidInput(
      "ticket_title_long",
      `The title has ${title.length} characters, and ${maxTitle} are allowed. Put the rest into --description.`,
      {
        params: { length: title.length, most: maxTitle },
      },
    );
  return { title, description: options.description ?? file?.description };
}
