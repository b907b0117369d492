import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { questions } from "../../../bus/messages/questions.ts";
import { ComposeEnvironment } from "../../../bus/messages/stack-jobs.ts";
import { logLevels } from "../../../bus/messages/stack-watch.ts";
import { answerSchema } from "../../../bus/messages/intents.ts";
import type { GatewayServices } from "../../services.ts";
import { downloadLog, readLogPage } from "../../stacks/log-pages.ts";
import { addRoute } from "./route.ts";

const Name = z.string().min(1).max(200);
const Stack = z.object({ stack: Name });
const whole = z.coerce.number<string>().pipe(z.int().min(0));
const names = z
  .string()
  .max(20_000)
  .transform((list) => list.split(",").filter((name) => name !== ""))
  .pipe(z.array(Name).max(100));
const Filter = z.object({
  services: names.optional(),
  sinceMs: whole.optional(),
  search: z.string().max(500).optional(),
  minLevel: z.enum(logLevels).optional(),
});

/** How the stacks are: services, numbers, logs, releases, previews, incidents. */
export function addStackRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { bus } = services;
  addRoute(app, {
    method: "GET",
    url: "/services",
    summary: "Services of all stacks, or of one, as they run",
    query: z.object({ stack: Name.optional() }),
    answer: questions["monitor.services"].output,
    handle: ({ query }) => bus.question("monitor.services", query),
  });
  addRoute(app, {
    method: "GET",
    url: "/stats",
    summary: "CPU, memory, network and restarts per service, the last moments",
    query: z.object({ stack: Name.optional(), sinceMs: whole.optional() }),
    answer: questions["monitor.stats"].output,
    handle: ({ query }) => bus.question("monitor.stats", query),
  });
  addRoute(app, {
    method: "GET",
    url: "/stacks/:stack/log",
    summary: "Lines of a stack's log after a cursor; waits for new ones up to waitMs",
    params: Stack,
    query: Filter.extend({
      cursor: z.string().max(200).optional(),
      lines: whole.pipe(z.int().min(1).max(5_000)).optional(),
      waitMs: whole.pipe(z.int().max(10_000)).optional(),
    }),
    answer: questions["monitor.log-read"].output,
    handle: ({ params, query }) => readLogPage(services, { ...params, ...query, lines: query.lines ?? 500 }),
  });
  addRoute(app, {
    method: "GET",
    url: "/stacks/:stack/log/download",
    summary: "A stack's log as a text file, at most 500,000 lines",
    params: Stack,
    query: Filter,
    answer: z.string(),
    handle: ({ params, query }, _request, reply) => {
      const file = `${params.stack.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.log`;
      reply.header("content-disposition", `attachment; filename="${file}"`);
      reply.header("cache-control", "no-store");
      return reply
        .type("text/plain; charset=utf-8")
        .send(Readable.from(downloadLog(services, { ...params, ...query })));
    },
  });
  addRoute(app, {
    method: "GET",
    url: "/stacks/:stack/releases",
    summary: "Releases of a stack, newest first",
    params: Stack,
    answer: questions["monitor.releases"].output,
    handle: ({ params }) => bus.question("monitor.releases", params),
  });
  addRoute(app, {
    method: "GET",
    url: "/stacks/:stack/releases/:release/diff",
    summary:
      "What a release changed in the resolved configuration, secrets masked; against the one before, or `from`",
    params: Stack.extend({ release: z.string().max(120) }),
    query: z.object({ from: z.string().max(120).optional() }),
    answer: questions["monitor.release-diff"].output,
    handle: async ({ params: { stack, release: to }, query }) => {
      const { diff, cut } = await bus.question("monitor.release-diff", { stack, to, ...query });
      return { diff: services.secrets.redact(diff), cut };
    },
  });
  addRoute(app, {
    method: "GET",
    url: "/devices",
    summary: "Devices with what runs on them; one that is off takes seconds",
    answer: questions["monitor.devices"].output,
    handle: () => bus.question("monitor.devices", {}, { timeoutMs: 30_000 }),
  });
  addRoute(app, {
    method: "GET",
    url: "/previews",
    summary: "Previews of tickets, with their URLs",
    answer: questions["monitor.previews"].output,
    handle: () => bus.question("monitor.previews", {}),
  });
  addRoute(app, {
    method: "GET",
    url: "/incidents",
    summary: "Incidents that the monitor saw, with their tickets",
    answer: answerSchema("incident.list"),
    handle: () => bus.ask("incident.list", {}),
  });
  addRoute(app, {
    method: "GET",
    url: "/preflight",
    summary: "What stands in the way of a launch, found before anything is started",
    query: z.object({ stacks: names.optional(), environment: ComposeEnvironment.optional() }),
    answer: questions["monitor.preflight"].output,
    handle: ({ query: { stacks = [], environment } }) =>
      bus.question(
        "monitor.preflight",
        { stacks, ...(environment === undefined ? {} : { environment }) },
        { timeoutMs: 60_000 },
      ),
  });
}
