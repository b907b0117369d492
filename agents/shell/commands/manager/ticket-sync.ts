import { conflict } from "../../../../bus/kernel/errors.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";

/** Setting that names the GitHub repository tickets are kept in step with. */
const repositoryKey = "github.repository";

/** `ticket-push`, `ticket-pull`. @throws conflict `github_not_connected` */
export function syncTickets(way: "push" | "pull"): RunCommand {
  return async ({ door }, { words }) => {
    if (words[0] !== undefined) await door.ask("ticket.show", { id: parseTicket(words[0]) });
    const { value } = await door.ask("settings.get", { key: repositoryKey });
    if (value === undefined || value === "")
      throw conflict(
        "github_not_connected",
        `No GitHub repository is connected, so there is nothing to ${way}. Tickets stay in Dockfra.`,
        { params: { way } },
      );
    throw conflict("github_sync_missing", `This version of Dockfra does not ${way} tickets to ${value}.`, {
      params: { way, repository: value },
    });
  };
}
