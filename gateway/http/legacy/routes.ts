import type { FastifyInstance } from "fastify";
import type { GatewayServices } from "../../services.ts";
import { addActionRoute } from "./action.ts";
import { addDeveloperRoutes } from "./developer.ts";
import { addEnvRoutes } from "./env.ts";
import { addEventRoutes } from "./events.ts";
import { addMachineRoutes } from "./machine.ts";
import { addOverviewRoutes } from "./overview.ts";
import { addProcessRoutes } from "./processes.ts";
import { addTicketRoutes } from "./tickets.ts";

/** Adds the predecessor's calls, word for word as its clients know them. */
export function addLegacyRoutes(app: FastifyInstance, services: GatewayServices): Promise<void> {
  addTicketRoutes(app, services);
  addEnvRoutes(app, services);
  addEventRoutes(app, services);
  addMachineRoutes(app, services);
  addProcessRoutes(app, services);
  addOverviewRoutes(app, services);
  addDeveloperRoutes(app, services);
  addActionRoute(app, services);
  return Promise.resolve();
}
