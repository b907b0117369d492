import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { JobView, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { GatewayServices } from "../../services.ts";
import { actorOf, requestId } from "../asker.ts";
import { addRoute } from "./route.ts";

const Id = z.object({ id: z.string().max(64) });
const waitMs = z.coerce.number<string>().pipe(z.int().min(0).max(10_000));

/** What is done with stacks: begun, followed, cancelled. */
export function addJobRoutes(app: FastifyInstance, { jobs }: GatewayServices): void {
  addRoute(app, {
    method: "GET",
    url: "/jobs",
    summary: "Jobs of the monitor, newest first",
    answer: z.object({ jobs: z.array(JobView) }),
    handle: async () => ({ jobs: await jobs.list() }),
  });
  addRoute(app, {
    method: "POST",
    url: "/jobs",
    summary:
      "Begin a job: launch, stop, restart, fix, undo, deploy, rollback, preview-open, preview-close, clone-app",
    body: StackAction,
    answer: JobView,
    handle: ({ body }, request) => {
      const { id } = requestId(request);
      return jobs.begin(body, actorOf(request), id && jobIdOf(id));
    },
  });
  addRoute(app, {
    method: "GET",
    url: "/jobs/:id",
    summary: "One job; with waitMs, when it has ended or after that time",
    params: Id,
    query: z.object({ waitMs: waitMs.optional() }),
    answer: JobView,
    handle: ({ params, query }) => jobs.show(params.id, query.waitMs ?? 0),
  });
  addRoute(app, {
    method: "POST",
    url: "/jobs/:id/cancel",
    summary: "Cancel a job; what it started is ended",
    params: Id,
    answer: JobView,
    handle: ({ params }) => jobs.cancel(params.id),
  });
}

/** A key may be longer than a job's id. */
function jobIdOf(key: string): string {
  return `http-${createHash("sha256").update(key).digest("hex").slice(0, 40)}`;
}
