import type { FastifyInstance } from "fastify";
import type { GatewayServices } from "../../services.ts";
import { addDiagnosisRoutes } from "./diagnoses.ts";
import { addFeedRoutes } from "./feed.ts";
import { addJobRoutes } from "./jobs.ts";
import { addProjectRoutes } from "./project.ts";
import { addRoleRoutes } from "./roles.ts";
import { addSessionRoutes } from "./session.ts";
import { addStackRoutes } from "./stacks.ts";
import { addStoreRoutes } from "./store.ts";
import { addTicketRoutes } from "./tickets.ts";

/** Adds all calls below `/api/v1`. */
export function addV1Routes(app: FastifyInstance, services: GatewayServices): Promise<void> {
  addSessionRoutes(app, services);
  addProjectRoutes(app, services);
  addStackRoutes(app, services);
  addJobRoutes(app, services);
  addDiagnosisRoutes(app, services);
  addTicketRoutes(app, services);
  addRoleRoutes(app, services);
  addFeedRoutes(app, services);
  addStoreRoutes(app, services);
  return Promise.resolve();
}
