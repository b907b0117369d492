import type { Logger } from "../../../bus/kernel/log.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { listPreviews, toPreviewView } from "../../../stacks/previews/preview-record.ts";
import type { MonitorServices } from "../services.ts";
import { keepPreviews } from "./keeper.ts";

export interface PreviewServiceOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion" | "tell">;
  readonly stateDir: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly services?: MonitorServices;
}

/** Answers `monitor.previews` and looks after them until the signal. */
export async function servePreviews({
  bus,
  stateDir,
  log,
  signal,
  services,
}: PreviewServiceOptions): Promise<void> {
  await Promise.all([
    services ? keepPreviews({ bus, services, log, signal }) : undefined,
    bus.serveQuestion(
      "monitor.previews",
      async () => ({ previews: listPreviews(stateDir).slice(-200).map(toPreviewView) }),
      signal,
    ),
  ]);
}
