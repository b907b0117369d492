import { readText } from "../../bus/artifact-transfer.ts";
import { denied } from "../../bus/kernel/errors.ts";
import type { AgentClient } from "../runtime/patient-client.ts";
import type { Handler } from "../runtime/handlers.ts";
import { askProject } from "../runtime/project.ts";
import type { OpinionSource } from "./llm-opinion.ts";
import { refineTriage } from "./llm-triage.ts";
import { placeTicket } from "./placement.ts";
import { priorityOf } from "./priority.ts";
import { checksOf, titleOf, uniqueChecks, withoutFences } from "./ticket-text.ts";

export interface TriageOptions {
  readonly client: AgentClient;
  /** A model to ask after the rules; without one, or a key for it, the rules stand alone. */
  readonly opinions?: OpinionSource;
}

/** Makes the handler that says by rules what a ticket is: title, priority, checks, and where it belongs. */
export function createTriage({ client, opinions }: TriageOptions): Handler<"manager.triage"> {
  return async ({ ticket }, context) => {
    const [facts, description] = await Promise.all([
      askProject(client),
      readText(client, ticket.description),
    ]);
    if (facts.runtime === "process" && !ticket.author.trusted) throw outsider(ticket.author.id);
    const place = placeTicket(facts, ticket);
    const ownTitle = titleOf(ticket.title, description);
    const rules = {
      title: ownTitle,
      priority: priorityOf(`${ownTitle}\n${withoutFences(description)}`, ticket.priority),
      checks: uniqueChecks(ticket.checks, checksOf(description)),
    };
    const words = opinions ? await refineTriage(opinions, ticket, description, rules, context) : rules;
    const { title, priority, checks } = words;
    const where =
      place.stack === undefined
        ? `repository ${place.repo}, nothing to deploy`
        : `stack ${place.stack} in repository ${place.repo}`;
    const summary = `${title}: ${where}, priority ${priority}, checks of its own: ${checks.length}.`;
    context.decided("triaged", { ticket: ticket.id, ...place, priority, checks: checks.length }, summary);
    return {
      title,
      priority,
      labels: ticket.labels,
      checks: [...checks],
      ...place,
      ...(facts.autonomy === undefined ? {} : { autonomy: facts.autonomy }),
      summary,
    };
  };
}

/** Where roles are processes of one user, nothing but the broker stands between an outsider's text and that user's files. */
function outsider(author: string): Error {
  return denied(
    "outside_author_refused",
    `${author} has no write access to the project, and roles that run as plain processes take no work from outside. Use the docker runtime, or create the ticket yourself.`,
    { params: { author } },
  );
}
