import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { FeedItem } from "../../../bus/messages/feed.ts";
import type { GatewayServices } from "../../services.ts";
import { openEventStream } from "../event-stream.ts";
import { addRoute } from "./route.ts";

const whole = z.coerce.number<string>().int().min(0);

/** What people watch: a page of it, and the live stream. */
export function addFeedRoutes(app: FastifyInstance, { feed, signal }: GatewayServices): void {
  addRoute(app, {
    method: "GET",
    url: "/feed",
    summary: "Feed items after a sequence; the newest ones without it",
    query: z.object({ since: whole.optional(), limit: whole.pipe(z.int().min(1).max(1_000)).optional() }),
    answer: z.object({ items: z.array(FeedItem), lastSeq: z.int() }),
    handle: async ({ query: { since, limit = 200 } }) => {
      await feed.ready;
      const items = since === undefined ? await feed.latest(limit) : await feed.page(since, limit);
      return { items, lastSeq: feed.lastSeq };
    },
  });
  addRoute(app, {
    method: "GET",
    url: "/stream",
    summary: "Server-Sent Events: feed items after a sequence, then live; resumes by since or Last-Event-ID",
    query: z.object({ since: whole.optional() }),
    answer: z.string(),
    handle: async ({ query }, request, reply) => {
      await feed.ready;
      const resumed = whole.safeParse(request.headers["last-event-id"]).data;
      const stream = openEventStream(reply, signal);
      for await (const items of feed.follow(resumed ?? query.since ?? feed.lastSeq, stream.signal))
        for (const item of items) await stream.send({ id: item.seq, data: item });
      stream.end();
      return reply;
    },
  });
}
