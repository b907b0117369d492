import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { ticketIntents, type IntentInput, type TicketIntent } from "../../../bus/messages/intents.ts";
import { Text } from "../../../bus/messages/text.ts";
import { Priority, TicketId, TicketState, TicketView } from "../../../bus/messages/ticket.ts";
import { actorOf, requestId } from "../asker.ts";
import { parseWith } from "../body.ts";
import type { GatewayServices } from "../../services.ts";
import { readTimeline, TimelinePage } from "../../tickets/timeline.ts";
import { storeTexts, textFields } from "../../tickets/texts.ts";
import { addRoute } from "./route.ts";

const Changed = z.object({ id: z.string(), version: z.int() });
const Id = z.object({ id: TicketId });
const whole = z.coerce.number<string>().int().min(0);
/** One value, several, or several with commas. */
const states = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((part) => part.split(",")))
  .pipe(z.array(TicketState));
const ListQuery = z.object({
  state: states.optional(),
  status: z.string().max(40).optional(),
  priority: Priority.optional(),
  assignedTo: z.string().max(200).optional(),
  limit: whole.pipe(z.int().min(1).max(1_000)).optional(),
});
const verbs = [
  "approve",
  "reject",
  "pause",
  "resume",
  "cancel",
  "reopen",
  "assign",
  "comment",
  "update",
] as const;

/** The tickets: list, one, its story, and everything that changes one. */
export function addTicketRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { bus } = services;
  addRoute(app, {
    method: "GET",
    url: "/tickets",
    summary: "Tickets, newest first",
    query: ListQuery,
    answer: z.object({ tickets: z.array(TicketView), total: z.int() }),
    handle: ({ query }) => bus.ask("ticket.list", query),
  });
  addRoute(app, {
    method: "POST",
    url: "/tickets",
    summary: "Hand in a ticket; long texts may be given as plain strings",
    body: bodySchema("ticket.create"),
    answer: Changed,
    handle: ({ body }, request) => change("ticket.create", body, request),
  });
  addRoute(app, {
    method: "GET",
    url: "/tickets/:id",
    summary: "One ticket",
    params: Id,
    answer: TicketView,
    handle: ({ params }) => bus.ask("ticket.show", params),
  });
  addRoute(app, {
    method: "GET",
    url: "/tickets/:id/timeline",
    summary: "What happened to a ticket after a version",
    params: Id,
    query: z.object({ after: whole.optional() }),
    answer: TimelinePage,
    handle: ({ params, query }) => readTimeline(bus, params.id, query.after ?? 0),
  });
  for (const verb of verbs)
    addRoute(app, {
      method: "POST",
      url: `/tickets/:id/${verb}`,
      summary: `${verb[0]?.toUpperCase()}${verb.slice(1)} a ticket`,
      params: Id,
      body: bodySchema(`ticket.${verb}`),
      answer: Changed,
      handle: ({ params, body }, request) => change(`ticket.${verb}`, { ...body, id: params.id }, request),
    });

  async function change(
    verb: TicketIntent,
    body: Readonly<Record<string, unknown>>,
    request: FastifyRequest,
  ) {
    const input = parseWith(ticketIntents[verb], await storeTexts(bus, body)) as IntentInput<typeof verb>;
    return bus.ask(verb, input, { actor: actorOf(request), ...requestId(request) });
  }
}

/** What a call takes: the intent without its id, with texts as strings of any length too. */
function bodySchema(verb: TicketIntent) {
  const shape: Record<string, z.ZodType> = { ...ticketIntents[verb].shape };
  delete shape["id"];
  for (const field of textFields) {
    const schema = shape[field];
    if (schema === undefined) continue;
    const text = z.union([z.string().max(1_000_000), Text]);
    shape[field] = schema.safeParse(undefined).success ? text.optional() : text;
  }
  return z.strictObject(shape);
}
