import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { questions, RuntimeWarning } from "../../../bus/messages/questions.ts";
import { notFound } from "../../../bus/kernel/errors.ts";
import { ProjectView, type Finding } from "../../../bus/messages/stack-service.ts";
import type { GatewayServices } from "../../services.ts";
import { addRoute } from "./route.ts";

const V1Project = ProjectView.extend({
  runtime: z.enum(["process", "docker"]),
  /** Why the runtime is not the one that was wished for. */
  runtimeWarning: RuntimeWarning.optional(),
  /** What keeps the roles apart: the broker alone, or containers too. */
  isolation: z.enum(["broker", "container"]),
  /** Roots of this user's other installations that run now. */
  others: z.array(z.string()),
});
const EnvValues = z.record(z.string().max(200), z.string().max(32_768));

/** Without a repository a ticket has no branch to be worked on. */
function noRepository(root: string): Finding {
  const error = notFound(
    "no_repository",
    `${root} is no git repository, and a ticket's work is a branch. Run: dockfra git-init --root ${root}`,
    { params: { root } },
  );
  return { code: error.code, severity: "warning", message: error.message, params: { root } };
}

/** The project at ROOT: its stacks, variables and findings. */
export function addProjectRoutes(app: FastifyInstance, { bus, otherRoots }: GatewayServices): void {
  addRoute(app, {
    method: "GET",
    url: "/project",
    summary: "Stacks, variables and findings of the project",
    answer: V1Project,
    handle: async () => {
      const [view, { runtime, runtimeWarning, repos }, others] = await Promise.all([
        bus.question("monitor.stacks", {}),
        bus.question("host.project", {}),
        otherRoots(),
      ]);
      const findings = repos.length > 0 ? view.findings : [...view.findings, noRepository(view.root)];
      return {
        ...{ ...view, findings, runtime, isolation: runtime === "docker" ? "container" : "broker", others },
        ...(runtimeWarning === undefined ? {} : { runtimeWarning }),
      };
    },
  });
  addRoute(app, {
    method: "POST",
    url: "/env",
    summary: "Write values into dockfra/.env; unknown keys are left out",
    body: EnvValues,
    answer: questions["monitor.env-set"].output,
    handle: ({ body }) => bus.question("monitor.env-set", { values: body }),
  });
  addRoute(app, {
    method: "GET",
    url: "/detect/:key",
    summary: "What this machine suggests for a variable",
    params: z.object({ key: z.string().max(200) }),
    answer: questions["monitor.detect"].output,
    handle: ({ params }) => bus.question("monitor.detect", params),
  });
}
