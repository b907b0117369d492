import type { FastifyInstance } from "fastify";
import type { GatewayServices } from "../../services.ts";

/** Adds the predecessor's calls, word for word as its clients know them. */
export function addLegacyRoutes(app: FastifyInstance, services: GatewayServices): Promise<void> {
  app.get("/logs/tail", () => services.logs.tail(100));
  return Promise.resolve();
}
