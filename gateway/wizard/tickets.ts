import { toText } from "../../bus/artifact-transfer.ts";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { Priority, priorities, TicketId, type TicketView } from "../../bus/messages/ticket.ts";
import { sentenceOf } from "../text/sentences.ts";
import { readTimeline } from "../tickets/timeline.ts";
import type { Action, ActionContext, Button } from "./reply.ts";

const listed = 20;
const shownSteps = 15;

const review: Action = async ({ services: { bus }, t, say, buttons }) => {
  const { tickets, total } = await bus.ask("ticket.list", { limit: listed });
  const home = { label: t("wizard.button.home"), value: "welcome" };
  const create = { label: t("wizard.button.new_ticket"), value: "ticket_create_wizard" };
  if (total === 0) {
    say(t("wizard.no_tickets"));
    return buttons([create, home]);
  }
  const waiting = tickets.filter(({ state }) => state === "approving").length;
  say(t("wizard.tickets", { total, waiting }));
  buttons([
    ...tickets.map(({ id, state, title }) => ({
      label: `${id} · ${state} · ${title}`.slice(0, 120),
      value: `show_ticket::${id}`,
    })),
    create,
    home,
  ]);
};

const createWizard: Action = ({ form, t, say, show, buttons }) => {
  const given = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
  const field = { secret: false, hint: "", chips: [], autodetect: false };
  say(t("wizard.ticket_form"));
  show({
    ...{
      type: "input",
      name: "title",
      label: t("wizard.field.title"),
      placeholder: "",
      value: given("title"),
    },
    ...{ ...field, desc: "" },
  });
  show({
    ...{ type: "input", name: "description", label: t("wizard.field.description"), placeholder: "" },
    ...{
      value: given("description"),
      ...field,
      desc: t("wizard.field.description_help"),
      modal_type: "textarea",
    },
  });
  show({
    ...{
      type: "select",
      name: "priority",
      label: t("wizard.field.priority"),
      value: "normal",
      desc: "",
      autodetect: false,
    },
    options: priorities.map((value) => ({ value, label: value })),
  });
  buttons([
    { label: t("wizard.button.hand_in"), value: "ticket_create_do" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const createDo: Action = async ({ services: { bus }, form, actor, t, say, goTo }) => {
  const title = textOf(form, "title");
  if (title === "") {
    say(t("title_missing"));
    return goTo("ticket_create_wizard");
  }
  const description = textOf(form, "description");
  const priority = Priority.safeParse(form["priority"]).data;
  const { id } = await bus.ask(
    "ticket.create",
    {
      title: title.slice(0, 300),
      ...(description === "" ? {} : { description: await toText(bus, description) }),
      ...(priority ? { priority } : {}),
    },
    { actor },
  );
  say(t("wizard.ticket_created", { ticket: id }));
  await goTo(`show_ticket::${id}`);
};

const showTicket: Action = async (context) => {
  const { services, t, say, show, buttons } = context;
  const id = parseId(context);
  const [ticket, { entries }] = await Promise.all([
    services.bus.ask("ticket.show", { id }),
    readTimeline(services.bus, id, 0),
  ]);
  services.shownApprovals.remember(ticket);
  say(`**${id}** ${plain(ticket.title)} — ${ticket.state}`);
  if (ticket.description.head !== "") show({ type: "code", text: ticket.description.head });
  show({
    type: "status_row",
    items: entries.slice(-shownSteps).map(({ atMs, state, text }) => ({
      ...{ name: new Date(atMs).toISOString().slice(11, 19), status: state, detail: text },
    })),
  });
  if (ticket.blocked) say(`⛔ ${sentenceOf(ticket.blocked.error)}`);
  if (ticket.url !== undefined) say(t("wizard.runs_at", { url: ticket.url }));
  buttons([...stepsOf(ticket, t), { label: t("wizard.button.tickets"), value: "tickets_review" }]);
};

/** Approves what was shown: a change since then is refused. */
const approve: Action = async (context) => {
  const { services, actor, t, say, goTo } = context;
  const id = parseId(context);
  const shown =
    services.shownApprovals.of(id) ?? (await services.bus.ask("ticket.show", { id })).approvalHash;
  await services.bus.ask(
    "ticket.approve",
    { id, ...(shown === undefined ? {} : { approvalHash: shown }) },
    { actor },
  );
  say(t("wizard.approved", { ticket: id }));
  await goTo(`show_ticket::${id}`);
};

const reject: Action = async (context) => {
  const { services, form, actor, t, say, show, buttons, goTo } = context;
  const id = parseId(context);
  const reason = textOf(form, "reason");
  if (reason === "") {
    say(t("wizard.reject_why", { ticket: id }));
    show({
      ...{
        type: "input",
        name: "reason",
        label: t("wizard.field.reason"),
        placeholder: "",
        value: "",
        secret: false,
      },
      ...{ hint: "", chips: [], desc: "", autodetect: false },
    });
    return buttons([
      { label: t("wizard.button.send_back"), value: `manager_reject::${id}` },
      { label: t("wizard.button.tickets"), value: "tickets_review" },
    ]);
  }
  await services.bus.ask("ticket.reject", { id, reasons: [reason.slice(0, 2_000)] }, { actor });
  say(t("wizard.rejected", { ticket: id }));
  await goTo(`show_ticket::${id}`);
};

const sync: Action = ({ t, say }) => say(t("wizard.no_sync"));

function stepsOf({ id, state }: TicketView, t: ActionContext["t"]): Button[] {
  if (state !== "approving") return [];
  return [
    { label: t("wizard.button.approve"), value: `manager_approve::${id}` },
    { label: t("wizard.button.send_back"), value: `manager_reject::${id}` },
  ];
}

function parseId({ args: [id = ""] }: ActionContext): string {
  if (TicketId.safeParse(id).success) return id;
  throw invalidInput("ticket_id_invalid", `"${id.slice(0, 60)}" is no ticket's id. Write it as T-0001.`, {
    params: { id: id.slice(0, 60) },
  });
}

function textOf(form: Readonly<Record<string, unknown>>, name: string): string {
  const value = form[name];
  return typeof value === "string" ? value.trim() : "";
}

/** Keeps a ticket's words from being Markdown. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()<>#+!|~]/g, "\\$&");
}

/** Tickets as a manager handles them. */
export const ticketActions: Readonly<Record<string, Action>> = {
  tickets_review: review,
  ticket_create_wizard: createWizard,
  ticket_create_do: createDo,
  show_ticket: showTicket,
  manager_approve: approve,
  manager_reject: reject,
  ticket_sync: sync,
};
