import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { toText } from "../../../bus/artifact-transfer.ts";
import { invalidInput, notFound } from "../../../bus/kernel/errors.ts";
import type { Actor } from "../../../bus/messages/principals.ts";
import {
  Priority,
  TicketId,
  TicketTitle,
  ticketStatuses,
  type TicketView,
} from "../../../bus/messages/ticket.ts";
import type { GatewayServices } from "../../services.ts";
import { actorOf, requestId } from "../asker.ts";
import { parseWith } from "../body.ts";
import { toLegacyTicket, type LegacyTicket } from "./ticket-shape.ts";
import { toStatusChange } from "./ticket-status.ts";

const Name = z.string().trim().max(100);
/** A list, or what people write for one: words with commas. */
const Labels = z.union([
  z.array(z.string().trim().min(1).max(100)).max(50),
  z
    .string()
    .max(5_000)
    .transform((text) =>
      text
        .split(",")
        .map((label) => label.trim())
        .filter((label) => label !== ""),
    ),
]);
const LongText = z.string().max(1_000_000);
const Create = z.object({
  title: z.unknown(),
  description: LongText.nullish(),
  priority: Priority.nullish(),
  assigned_to: Name.nullish(),
  labels: Labels.nullish(),
  created_by: Name.nullish(),
});
const Update = z.object({
  title: TicketTitle.optional(),
  description: LongText.nullish(),
  priority: Priority.optional(),
  assigned_to: Name.nullish(),
  labels: Labels.optional(),
  status: z.enum(ticketStatuses).optional(),
});
const Comment = z.object({ author: Name.nullish(), text: z.unknown() });
const Filter = z.object({
  status: z.string().max(40).optional(),
  assigned_to: z.string().max(100).optional(),
  priority: z.string().max(40).optional(),
});
type WithId = { readonly Params: { readonly id: string } };

/** The tickets as clients of the predecessor read and write them. */
export function addTicketRoutes(app: FastifyInstance, { bus, texts }: GatewayServices): void {
  const show = (view: TicketView): Promise<LegacyTicket> => toLegacyTicket(view, texts);
  const find = (id: string): Promise<TicketView> => bus.ask("ticket.show", { id: parseId(id) });
  const answer = async (id: string) => ({ ok: true, ticket: await show(await find(id)) });

  app.get("/tickets", async (request) => {
    const { status, assigned_to: assignedTo, priority } = parseWith(Filter, request.query);
    const known = Priority.safeParse(priority);
    if (priority !== undefined && priority !== "" && !known.success) return [];
    const { tickets } = await bus.ask("ticket.list", {
      limit: 1_000,
      ...(status ? { status } : {}),
      ...(assignedTo ? { assignedTo } : {}),
      ...(known.data ? { priority: known.data } : {}),
    });
    return Promise.all(tickets.map(show));
  });

  app.post("/tickets", async (request) => {
    const { title, description, priority, labels, ...rest } = parseWith(Create, request.body);
    const actor = onBehalfOf(request, rest.created_by);
    const { id } = await bus.ask(
      "ticket.create",
      {
        title: parseTitle(title),
        ...(description ? { description: await toText(bus, description) } : {}),
        ...(priority ? { priority } : {}),
        ...(labels ? { labels } : {}),
      },
      { actor, ...requestId(request) },
    );
    if (rest.assigned_to) await bus.ask("ticket.update", { id, assignedTo: rest.assigned_to }, { actor });
    return answer(id);
  });

  app.get<WithId>("/tickets/:id", async ({ params }) => show(await find(params.id)));

  app.put<WithId>("/tickets/:id", async (request) => {
    const ticket = await find(request.params.id);
    const { status, description, assigned_to: assignedTo, ...given } = parseWith(Update, request.body ?? {});
    const change = status === undefined ? undefined : toStatusChange(ticket, status);
    const fields = {
      ...differing(given, ticket),
      ...(typeof assignedTo === "string" && assignedTo !== (ticket.assignedTo ?? "") ? { assignedTo } : {}),
      ...(typeof description === "string" && description !== (await texts.whole(ticket.description))
        ? { description: await toText(bus, description) }
        : {}),
    };
    const actor = actorOf(request);
    if (Object.keys(fields).length > 0)
      await bus.ask("ticket.update", { id: ticket.id, ...fields }, { actor });
    if (change) await bus.ask(change.verb, change.input, { actor });
    return answer(ticket.id);
  });

  app.post<WithId>("/tickets/:id/comment", async (request) => {
    const { author, text } = parseWith(Comment, request.body);
    if (typeof text !== "string" || text.trim() === "")
      throw invalidInput("text_missing", "The comment is empty. Write what you want to say.");
    const { id } = await find(request.params.id);
    await bus.ask(
      "ticket.comment",
      { id, text: await toText(bus, text), ...(author ? { author } : {}) },
      { actor: actorOf(request) },
    );
    return answer(id);
  });

  app.post("/tickets/sync", () => {
    const github = { ok: false, error: "Tickets are not synchronised with GitHub yet." };
    return { ok: false, error: github.error, results: { github } };
  });

  app.get<WithId>("/ticket-diff/:id", async ({ params }) => {
    const { id, title, status, work, repo } = await find(params.id);
    if (work === undefined) return { ok: true, ticket_id: id, title, status, commits: [], diff: "" };
    return {
      ok: true,
      ticket_id: id,
      title,
      status,
      commits: [{ hash: work.commit.slice(0, 12), subject: title, repo: repo ?? "" }],
      diff: await texts.whole({ head: "", artifact: work.diff }),
    };
  });
}

/** A client may say for whom it hands a ticket in; the credential vouches for it. */
function onBehalfOf(request: FastifyRequest, name: string | null | undefined): Actor {
  const actor = actorOf(request);
  return name ? { ...actor, id: name } : actor;
}

/** What a client that writes a whole ticket back really changed. */
function differing<T extends object>(given: T, ticket: TicketView): Partial<T> {
  const now: Readonly<Record<string, unknown>> = { ...ticket };
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(now[name]),
    ),
  ) as Partial<T>;
}

function parseId(id: string): string {
  if (TicketId.safeParse(id).success) return id;
  const shown = id.slice(0, 60);
  throw notFound("ticket_unknown", `There is no ticket ${shown}. See: dockfra ticket list`, {
    params: { ticket: shown },
  });
}

function parseTitle(value: unknown): string {
  const title = typeof value === "string" ? value.trim() : "";
  if (title === "")
    throw invalidInput("title_missing", "A ticket needs a title. Say in one line what is wanted.");
  return parseWith(z.object({ title: TicketTitle }), { title }).title;
}
