import { DockfraError, type ErrorParams } from "../../../bus/kernel/errors.ts";
import type { Logger } from "../../../bus/kernel/log.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { MonitorServices } from "../services.ts";

/** What previews are made with. */
export interface PreviewParts {
  readonly bus: Pick<WorkerBus, "tell">;
  readonly services: MonitorServices;
  readonly log: Logger;
}

/** How the opening of a preview is followed. */
export interface PreviewRun {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly step: (service: string, step: "build" | "create" | "start" | "healthy" | "failed") => void;
  readonly started?: (pid: number) => void;
}

/** Says on the ticket where its preview answers, or that it has none; a ticket that is not there is told nothing. */
export async function tellPreview(
  { services }: PreviewParts,
  ticket: string,
  url: string | undefined,
): Promise<void> {
  try {
    const { previewUrl } = await services.client.ask("ticket.show", { id: ticket });
    if (previewUrl === url) return;
    await services.client.ask("ticket.preview", { id: ticket, ...(url === undefined ? {} : { url }) });
  } catch (error) {
    if (!(error instanceof DockfraError) || error.kind !== "not_found") throw error;
  }
}

/** Makes what tells the feed of a ticket's preview. */
export function createProgress(
  { bus }: PreviewParts,
  ticket: string,
): (code: string, params: ErrorParams) => void {
  return (code, params) =>
    bus.tell({
      ...{ source: "monitor", kind: "progress", atMs: Date.now(), code, flow: `ticket/${ticket}` },
      params: { ticket, ...params },
    });
}
