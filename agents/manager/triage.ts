import { readText } from "../../bus/artifact-transfer.ts";
import { denied } from "../../bus/kernel/errors.ts";
import type { AgentClient } from "../runtime/patient-client.ts";
import type { Handler } from "../runtime/handlers.ts";
import { askProject } from "../runtime/project.ts";
import { placeTicket } from "./placement.ts";
import { priorityOf } from "./priority.ts";
import { checksOf, titleOf, uniqueChecks, withoutFences } from "./ticket-text.ts";

/** Makes the handler that says by rules what a ticket is: title, priority, checks, and where it belongs. */
export function createTriage(client: AgentClient): Handler<"manager.triage"> {
  return async ({ ticket }, { decided }) => {
    const [facts, description] = await Promise.all([
      askProject(client),
      readText(client, ticket.description),
    ]);
    if (facts.runtime === "process" && !ticket.author.trusted) throw outsider(ticket.author.id);
    const place = placeTicket(facts, ticket);
    const title = titleOf(ticket.title, description);
    const priority = priorityOf(`${title}\n${withoutFences(description)}`, ticket.priority);
    const checks = uniqueChecks(ticket.checks, checksOf(description));
    const where =
      place.stack === undefined
        ? `repository ${place.repo}, nothing to deploy`
        : `stack ${place.stack} in repository ${place.repo}`;
    const summary = `${title}: ${where}, priority ${priority}, ${checks.length} checks of its own.`;
    decided("triaged", { ticket: ticket.id, ...place, priority, checks: checks.length }, summary);
    return {
      title,
      priority,
      labels: ticket.labels,
      checks,
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
