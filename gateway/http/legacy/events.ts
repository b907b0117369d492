import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { FeedItem } from "../../../bus/messages/feed.ts";
import type { GatewayServices } from "../../services.ts";
import { describeEntry } from "../../text/sentences.ts";
import { parseWith } from "../body.ts";
import { openEventStream } from "../event-stream.ts";
import { toIsoTime } from "./ticket-shape.ts";

const whole = z.coerce.number<string>().int().min(0);
const newest = 200;
const mostAtOnce = 1_000;

/** An event in the predecessor's shape. */
function toEvent(item: FeedItem) {
  const { seq, atMs, source, code, kind, params, flow, text } = item;
  return {
    id: seq,
    ts: toIsoTime(atMs),
    src: source,
    event: code,
    data: {
      ...params,
      kind,
      ...(flow === undefined ? {} : { flow }),
      ...(text === undefined ? {} : { text }),
      sentence: describeEntry(item),
    },
  };
}

/** The decision log, the chat's history and the log lines, as clients of the predecessor read them. */
export function addEventRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { feed, logs, conversation, signal } = services;

  app.get("/events", async () => {
    await feed.ready;
    return (await feed.latest(newest)).map(toEvent);
  });

  app.get<{ Params: { id: string } }>("/events/since/:id", async ({ params, query }) => {
    const Query = z.object({
      limit: whole.optional(),
      type: z.string().max(100).optional(),
      src: z.string().max(100).optional(),
    });
    const { limit = newest, type, src } = parseWith(Query, query);
    await feed.ready;
    const since = parseWith(whole, params.id);
    const most = Math.min(Math.max(1, limit), mostAtOnce);
    const items: FeedItem[] = [];
    // a filter may pass over whole pages
    for (let at = since; items.length < most;) {
      const page = await feed.page(at, mostAtOnce);
      items.push(...page.filter(({ code, source }) => (!type || code === type) && (!src || source === src)));
      const last = page.at(-1)?.seq;
      if (last === undefined || page.length < mostAtOnce) break;
      at = last;
    }
    const events = items.slice(0, most).map(toEvent);
    return {
      events,
      max_id: events.at(-1)?.id ?? Math.max(since, items.length === 0 ? feed.lastSeq : since),
    };
  });

  app.get("/stream", async (request, reply) => {
    const { since } = parseWith(z.object({ since: whole.optional() }), request.query);
    const resumed = whole.safeParse(request.headers["last-event-id"]).data;
    await feed.ready;
    const stream = openEventStream(reply, signal);
    for await (const items of feed.follow(resumed ?? since ?? feed.lastSeq, stream.signal))
      for (const item of items) await stream.send({ id: item.seq, data: toEvent(item) });
    stream.end();
    return reply;
  });

  app.get("/history", () => ({
    conversation: conversation.lines,
    logs: logs.tail(newest).lines,
    current_step: conversation.step,
  }));

  app.get("/logs/tail", (request) => {
    const { n = 100 } = parseWith(z.object({ n: whole.optional() }), request.query);
    return logs.tail(Math.max(1, n));
  });
}
