import type { ErrorParams } from "../../../bus/kernel/errors.ts";
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
