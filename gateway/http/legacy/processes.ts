import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import { roles, type Actor } from "../../../bus/messages/principals.ts";
import type { JobView, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { GatewayServices } from "../../services.ts";
import { findService } from "../../stacks/containers.ts";
import { readPortChange } from "../../stacks/port-change.ts";
import { sentenceOf } from "../../text/sentences.ts";
import { actorOf } from "../asker.ts";
import { parseWith } from "../body.ts";

const verbs = ["stop", "restart", "start", "change_port"] as const;
const verbWords = { stop: "stop", restart: "restart", start: "start", change_port: "change the port of" };
type Verb = (typeof verbs)[number];

/** The predecessor's clients wait for an answer; a job that takes longer goes on. */
const followMs = 9_000;

/** What a predecessor's client is told. */
interface Outcome {
  readonly ok: boolean;
  readonly error?: string;
  readonly job?: string;
  readonly state?: JobView["state"];
}

/** Stops, starts and restarts a container, or gives it another port, as the predecessor did. */
export function addProcessRoutes(app: FastifyInstance, services: GatewayServices): void {
  const { bus, jobs } = services;
  const Params = z.object({ verb: z.enum(verbs), name: z.string().max(200) });

  app.post<{ Params: { verb: string; name: string } }>("/process/:verb/:name", async (request) => {
    const { verb, name } = parseWith(Params, request.params);
    if (isPart(name)) return refusal(verb, name);
    const { port } = parseWith(
      z.object({ port: z.coerce.number().pipe(z.int().min(1).max(65_535)).optional() }),
      request.body ?? {},
    );
    try {
      return await change(verb, name, port, actorOf(request));
    } catch (error) {
      if (error instanceof DockfraError) return { ok: false, error: sentenceOf(error.toJSON()) };
      throw error;
    }
  });

  async function change(verb: Verb, name: string, port: number | undefined, actor: Actor): Promise<Outcome> {
    const found = await findService(bus, name);
    if (found === undefined) return { ok: false, error: `No stack has a container "${name.slice(0, 60)}".` };
    const { stack, service } = found;
    if (verb !== "change_port")
      return follow({ do: verb === "stop" ? "stop" : "restart", stack, services: [service] }, actor);
    if (port === undefined) return { ok: false, error: 'Name the new port: {"port": 8080}.' };
    const values = await readPortChange(bus, found, port);
    await bus.question("monitor.env-set", { values });
    return follow({ do: "launch", stacks: [stack] }, actor);
  }

  async function follow(action: StackAction, actor: Actor): Promise<Outcome> {
    const { id } = await jobs.begin(action, actor);
    const { state, error } = await jobs.show(id, followMs);
    return {
      ok: state === "running" || state === "done",
      job: id,
      state,
      ...(error === undefined ? {} : { error: sentenceOf(error) }),
    };
  }
}

/** A part of Dockfra, by its own name or its container's: no page ends what it is served by. */
function isPart(name: string): boolean {
  return name === "wizard" || roles.some((role) => name === role || name.endsWith(`-ssh-${role}`));
}

function refusal(verb: Verb, name: string): Outcome {
  return {
    ok: false,
    error: `The supervisor alone can ${verbWords[verb]} ${name}: it starts again what ends. Use: dockfra up and dockfra stop`,
  };
}
