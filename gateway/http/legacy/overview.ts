import type { FastifyInstance } from "fastify";
import type { GatewayServices } from "../../services.ts";
import { readContainerHealth, readStats } from "../../project/overview.ts";

/** How things are, in numbers. */
export function addOverviewRoutes(app: FastifyInstance, { bus }: GatewayServices): void {
  app.get("/health", () => readContainerHealth(bus));
  app.get("/stats", () => readStats(bus));
}
