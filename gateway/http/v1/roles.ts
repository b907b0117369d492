import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ErrorInfo } from "../../../bus/messages/error-info.ts";
import { RoleCommandView, RuntimeWarning } from "../../../bus/messages/questions.ts";
import { Role } from "../../../bus/messages/principals.ts";
import { abilities } from "../../roles/abilities.ts";
import { argLimits, splitArguments } from "../../roles/argv.ts";
import { paramKinds } from "../../roles/commands.ts";
import { readRoles } from "../../roles/roles.ts";
import type { GatewayServices } from "../../services.ts";
import { actorOf } from "../asker.ts";
import { addRoute } from "./route.ts";

const Command = RoleCommandView.extend({
  params: z.array(
    z.object({ name: z.string(), kind: z.enum(paramKinds), required: z.boolean(), several: z.boolean() }),
  ),
  confirm: z.boolean(),
});
const RoleAnswer = z.object({
  role: Role,
  state: z.enum(["down", "ready", "busy"]),
  instances: z.array(
    z.object({
      instance: z.string(),
      pid: z.int(),
      seenAtMs: z.int(),
      tickets: z.array(z.string()),
    }),
  ),
  may: z.array(z.enum(abilities)),
  mayNot: z.array(z.enum(abilities)),
  commands: z.array(Command),
  problem: ErrorInfo.optional(),
  ssh: z.object({ port: z.int(), short: z.string(), plain: z.string() }).optional(),
});
const RunBody = z.strictObject({
  command: RoleCommandView.shape.name,
  /** Either the arguments, or a line of them with quotes. */
  args: z.array(z.string().max(argLimits.length)).max(argLimits.count).optional(),
  line: z.string().max(65_536).optional(),
  timeoutMs: z.int().min(1_000).max(600_000).optional(),
});

/** The four roles: what they may do, how they are, and their commands. */
export function addRoleRoutes(app: FastifyInstance, { bus, runner }: GatewayServices): void {
  addRoute(app, {
    method: "GET",
    url: "/roles",
    summary: "The four roles: state, what each may do, its commands, how to log in",
    answer: z.object({
      runtime: z.enum(["process", "docker"]),
      runtimeWarning: RuntimeWarning.optional(),
      roles: z.array(RoleAnswer),
    }),
    handle: () => readRoles(bus),
  });
  addRoute(app, {
    method: "POST",
    url: "/roles/:role/run",
    summary: "Run one command of a role's shell to its end; arguments are never read by a shell",
    params: z.object({ role: Role }),
    body: RunBody,
    answer: z.object({ exitCode: z.int(), output: z.string(), cut: z.boolean(), tookMs: z.int() }),
    handle: ({ params: { role }, body: { command, args, line = "", timeoutMs } }, request) =>
      runner.run({
        role,
        command,
        args: args ?? splitArguments(line),
        actor: actorOf(request),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
  });
}
