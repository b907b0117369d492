import type { FlowEvent } from "../../bus/messages/flow.ts";
import type { IncidentReport } from "../../bus/messages/incident.ts";
import type { Answer } from "../../bus/messages/intents.ts";
import type { Actor } from "../../bus/messages/principals.ts";
import type { IntentRequest } from "../../bus/ports/intents.ts";
import type { IncidentContext } from "../../workflows/incident/context.ts";
import type { FlowRunner, Outcome } from "../flows/runner.ts";

/** What a log says may have been written by anyone: a person reads it before work begins. */
const author: Actor = { kind: "system", id: "monitor", trusted: false };

export interface IncidentIntakeOptions {
  readonly runner: FlowRunner;
  /** Creates a ticket, once per dedupe key; answers with its id. */
  readonly createTicket: (request: IntentRequest, actor: Actor) => Promise<Answer>;
  readonly toAnswer: (outcome: Outcome, id: string) => Answer;
}

/** Answers what the monitor says of production: the first report of a symptom opens its one ticket. */
export function createIncidentIntake({ runner, createTicket, toAnswer }: IncidentIntakeOptions) {
  /** The ticket comes first: a report that is cut off in between finds it again by its key. */
  async function ticketOf(request: IntentRequest): Promise<Answer | string> {
    const report = request.input as IncidentReport;
    const known = await runner.load({ kind: "incident", id: report.key });
    if (known) return (known.record.snapshot.context as IncidentContext).ticket;
    const { title, text, stack, code } = report;
    const answer = await createTicket(
      {
        ...request,
        verb: "ticket.create",
        input: { title, description: text, stack, priority: "high", labels: ["incident", code] },
        envelope: { ...request.envelope, id: `incident.${report.key}` },
      },
      author,
    );
    return answer.ok ? (answer.data as { id: string }).id : answer;
  }

  return async function answer(request: IntentRequest): Promise<Answer> {
    const { principal, envelope, verb } = request;
    const { key } = request.input as { key: string };
    const event = { type: verb, ...(request.input as object) } as FlowEvent;
    if (verb === "incident.report") {
      const ticket = await ticketOf(request);
      if (typeof ticket !== "string") return ticket;
      event["ticket"] = ticket;
    }
    const outcome = await runner.apply({
      ref: { kind: "incident", id: key },
      event,
      cause: {
        id: envelope.id,
        kind: "intent",
        principal,
        actor: { kind: "role", id: principal, trusted: true },
      },
      correlationId: envelope.correlationId,
    });
    return toAnswer(outcome, key);
  };
}
