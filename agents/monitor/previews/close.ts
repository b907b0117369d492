import { conflict, notFound } from "../../../bus/kernel/errors.ts";
import { removePreview } from "../../../stacks/previews/preview-engine.ts";
import { atRest, dropPreview, listPreviews, savePreview } from "../../../stacks/previews/preview-record.ts";
import { identifyProcess, isSameProcess } from "../../../stacks/processes/process-identity.ts";
import { createProgress, tellPreview, type PreviewParts } from "./previews.ts";

/** Why a preview goes away. */
export type CloseReason = "asked" | "ticket_over" | "expired" | "too_many" | "cut_off";

/** Reasons that people are told on the ticket. */
const told: Partial<Record<CloseReason, string>> = {
  expired: "its age",
  too_many: "how many there may be at once",
};

/** Takes a ticket's preview away, with its volumes and images. @throws `preview_not_found`, `preview_busy` */
export async function closePreview(parts: PreviewParts, ticket: string, why: CloseReason): Promise<void> {
  const { stateDir, client } = parts.services;
  const progress = createProgress(parts, ticket);
  const records = listPreviews(stateDir).filter((one) => one.ticket === ticket);
  if (records.length === 0)
    throw notFound("preview_not_found", `${ticket} has no preview. See: dockfra preview list`, {
      params: { ticket },
    });
  for (const record of records) {
    if (record.worker && isSameProcess(record.worker))
      throw conflict(
        "preview_busy",
        `The preview of ${ticket} is ${record.state} just now. Wait for it: dockfra preview list`,
        {
          params: { ticket, state: record.state },
        },
      );
    const worker = identifyProcess(process.pid);
    savePreview(stateDir, { ...record, state: "closing", ...(worker ? { worker } : {}) });
    try {
      await removePreview(record.project);
      await tellPreview(parts, ticket, undefined);
    } catch (error) {
      // it is closed again when the engine answers
      savePreview(stateDir, { ...atRest(record), state: "closing" });
      throw error;
    }
    dropPreview(stateDir, record.project);
    progress("preview_closed", { stack: record.stack, why });
  }
  const because = told[why];
  if (because !== undefined)
    await client.ask("ticket.comment", {
      id: ticket,
      text: {
        head: `The preview was closed because of ${because}. Open it again: dockfra preview open ${ticket}`,
      },
    });
}
