import { invalidInput } from "../../bus/kernel/errors.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { currentActor, parseTicketId } from "../place/operator.ts";
import { toText } from "../../bus/artifact-transfer.ts";
import { readArgument } from "../terminal/input.ts";
import { reportChange } from "./answer.ts";
import { readFields, type FieldOptions } from "./fields.ts";

/** `ticket comment`. @throws `text_missing` */
export async function commentTicket(invocation: Invocation<object>, id: string, text: string): Promise<void> {
  const ticket = parseTicketId(id);
  const body = (await readArgument(text)).trim();
  if (body === "")
    throw invalidInput(
      "text_missing",
      "The comment is empty. Write what you want to say, or - to read it from stdin.",
    );
  const changed = await withOperator(invocation, async (bus) =>
    bus.ask(
      "ticket.comment",
      { id: ticket, text: await toText(bus, body), author: currentActor().id },
      { actor: currentActor() },
    ),
  );
  reportChange(invocation.screen, changed, "commented");
}

/** `ticket update`. @throws `nothing_to_change` */
export async function updateTicket(
  invocation: Invocation<FieldOptions & { readonly title?: string; readonly repo?: string }>,
  id: string,
): Promise<void> {
  const ticket = parseTicketId(id);
  const { title, repo } = invocation.options;
  const changed = await withOperator(invocation, async (bus) => {
    const fields = {
      ...(await readFields(bus, invocation.options)),
      ...(title === undefined ? {} : { title }),
      ...(repo === undefined ? {} : { repo }),
    };
    if (Object.keys(fields).length === 0)
      throw invalidInput(
        "nothing_to_change",
        `Nothing to change was given. See "dockfra ticket update --help" for what can be.`,
      );
    return bus.ask("ticket.update", { id: ticket, ...fields }, { actor: currentActor() });
  });
  reportChange(invocation.screen, changed, "updated");
}
