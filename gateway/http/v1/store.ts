import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { getArtifact } from "../../../bus/artifact-transfer.ts";
import { Check } from "../../../bus/messages/checks.ts";
import { answerSchema } from "../../../bus/messages/intents.ts";
import { ArtifactHash } from "../../../bus/messages/text.ts";
import type { GatewayServices } from "../../services.ts";
import { readExamples } from "../../tickets/examples.ts";
import { addRoute } from "./route.ts";

/** What is stored and shown as it is: artifacts, deploy lanes, the state of the parts, examples. */
export function addStoreRoutes(app: FastifyInstance, { bus }: GatewayServices): void {
  addRoute(app, {
    method: "GET",
    url: "/artifacts/:hash",
    summary: "A stored text, diff or log, as plain text",
    params: z.object({ hash: ArtifactHash }),
    answer: z.string(),
    handle: async ({ params }, _request, reply) => {
      const bytes = await getArtifact(bus, params.hash);
      reply.header("cache-control", "private, max-age=31536000, immutable");
      return reply.type("text/plain; charset=utf-8").send(Buffer.from(bytes));
    },
  });
  addRoute(app, {
    method: "GET",
    url: "/deploys",
    summary: "Each stack's running release and queue",
    answer: answerSchema("deploy.list"),
    handle: () => bus.ask("deploy.list", {}),
  });
  addRoute(app, {
    method: "GET",
    url: "/status",
    summary: "Which parts run, and how the bus syncs",
    answer: answerSchema("status.show"),
    handle: () => bus.ask("status.show", {}),
  });
  addRoute(app, {
    method: "GET",
    url: "/examples",
    summary: "Three tickets to begin with",
    answer: z.object({
      examples: z.array(z.object({ title: z.string(), description: z.string(), checks: z.array(Check) })),
    }),
    handle: async () => ({ examples: await readExamples() }),
  });
}
