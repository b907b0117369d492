import { denied, toErrorInfo, unavailable } from "../../bus/kernel/errors.ts";
import { ticketId } from "../../bus/kernel/ids.ts";
import { capabilities } from "../../bus/capabilities.ts";
import type { FlowEvent } from "../../bus/messages/flow.ts";
import {
  incidentIntents,
  ticketIntents,
  type Answer,
  type TicketIntent,
} from "../../bus/messages/intents.ts";
import type { Actor } from "../../bus/messages/principals.ts";
import type { IntentRequest } from "../../bus/ports/intents.ts";
import type { DiskRoom } from "../disk-room.ts";
import { causeKey } from "../flows/step.ts";
import type { FlowRunner, Outcome } from "../flows/runner.ts";
import type { Queries } from "../queries/queries.ts";
import type { TicketNumbers } from "../ticket-numbers.ts";
import { createIncidentIntake } from "./incidents.ts";

export interface IntentIntakeOptions {
  readonly runner: FlowRunner;
  readonly numbers: TicketNumbers;
  readonly queries: Queries;
  readonly room: DiskRoom;
}

/** Principals whose word on who speaks is taken; a role speaks for itself. */
const speaksForOthers: readonly string[] = ["operator", "gateway"];

/** Answers every intent: changes after their append, reads at once; never throws. */
export function createIntentIntake({ runner, numbers, queries, room }: IntentIntakeOptions) {
  async function create(request: IntentRequest, actor: Actor): Promise<Answer> {
    const input = toInput(request, actor);
    const key = causeKey(input.cause);
    const known = numbers.createdBy(key);
    if (known) return accepted(known, 1);
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      const id = ticketId(numbers.next());
      const event = { type: "ticket.create", ...(request.input as object), author: actor } as FlowEvent;
      const outcome = await runner.create({ ...input, ref: { kind: "ticket", id }, event }, key);
      if (outcome.kind !== "taken") return toAnswer(outcome, id);
    }
    throw unavailable("ticket_numbers_contended", "Many tickets are being created at once. Try again.");
  }

  async function change(request: IntentRequest, actor: Actor): Promise<Answer> {
    const { id, ...data } = request.input as { id: string };
    const event = { type: request.verb, ...data } as FlowEvent;
    return toAnswer(
      await runner.apply({ ...toInput(request, actor), ref: { kind: "ticket", id }, event }),
      id,
    );
  }

  const incident = createIncidentIntake({ runner, createTicket: create, toAnswer });

  return async function answer(request: IntentRequest): Promise<Answer> {
    try {
      const { principal, verb } = request;
      if (!capabilities[principal].intents.includes(verb)) {
        throw denied("not_allowed", `${principal} may not "${verb}". See "dockfra bus can ${verb}".`, {
          params: { principal, verb },
        });
      }
      if (!isTicketIntent(verb) && !(verb in incidentIntents))
        return { ok: true, data: await queries.answer(request) };
      await room.require();
      if (!isTicketIntent(verb)) return await incident(request);
      const actor = actorOf(request);
      return verb === "ticket.create" ? await create(request, actor) : await change(request, actor);
    } catch (error) {
      return { ok: false, error: toErrorInfo(error) };
    }
  };
}

function isTicketIntent(verb: string): verb is TicketIntent {
  return verb in ticketIntents;
}

function actorOf({ principal, envelope }: IntentRequest): Actor {
  if (speaksForOthers.includes(principal)) {
    return envelope.actor ?? { kind: "human", id: principal, trusted: true };
  }
  return { kind: "role", id: principal, trusted: true };
}

function toInput({ principal, envelope }: IntentRequest, actor: Actor) {
  return {
    cause: { id: envelope.id, kind: "intent" as const, principal, actor },
    correlationId: envelope.correlationId,
  };
}

function toAnswer(outcome: Outcome, id: string): Answer {
  switch (outcome.kind) {
    case "moved":
      return accepted(outcome.record.id, outcome.record.version);
    case "repeated":
      return accepted(outcome.record.id, outcome.version);
    case "refused":
      return { ok: false, error: outcome.error };
    case "taken":
      return { ok: false, error: unavailable("flow_taken", `${id} exists already.`).toJSON() };
  }
}

function accepted(id: string, version: number): Answer {
  return { ok: true, data: { id, version } };
}
