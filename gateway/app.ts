import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance } from "fastify";
import { createServer, type Server } from "node:http";
import { acceptJsonOnly } from "./http/body.ts";
import { answerErrors, answerUnreadable, nothingAt, sendError } from "./http/errors.ts";
import { protectPages } from "./http/headers.ts";
import { addLegacyRoutes } from "./http/legacy/routes.ts";
import { servePages } from "./http/pages.ts";
import { addOpenApi } from "./http/v1/open-api.ts";
import { addV1Routes } from "./http/v1/routes.ts";
import type { GatewayServices } from "./services.ts";

const bodyLimitBytes = 1_048_576;
/** Of one address; a page with its sockets stays far below. */
const requestsPerMinute = 6_000;

/** Builds the HTTP side of the gateway; it listens on nothing yet. */
export async function createGatewayApp(
  services: GatewayServices,
  { pagesDir, server = createServer() }: { readonly pagesDir: string; readonly server?: Server },
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    // what a request says of itself is logged where it fails, by us
    logger: false,
    // a HEAD of a stream would never end
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 300 },
    // an address that cannot be read meets no hook: it is answered before anybody asks who comes
    frameworkErrors: answerUnreadable,
    serverFactory: (handler) => server.on("request", handler),
  });
  acceptJsonOnly(app);
  answerErrors(app, services.log);
  app.decorateRequest("visitor");
  app.addHook("onRequest", async (request, reply) => {
    const { isPublic = false } = request.routeOptions.config;
    const verdict = await services.guard.admit({
      method: request.method,
      headers: request.headers,
      isPublic,
    });
    if (!verdict.ok) return sendError(reply, verdict.error.toJSON(), verdict.status);
    request.visitor = verdict.visitor;
  });
  await protectPages(app, { secure: services.door.secure });
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: 60_000 });
  await addOpenApi(app);
  await app.register((routes) => addV1Routes(routes, services), { prefix: "/api/v1" });
  await app.register((routes) => addLegacyRoutes(routes, services), { prefix: "/api" });
  await servePages(app, pagesDir);
  app.setNotFoundHandler((request, reply) => sendError(reply, nothingAt(request.url).toJSON()));
  return app;
}
