import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { FetchPage } from "../../../stacks/checks/page.ts";
import { listDevices } from "../../../stacks/targets/device/device-list.ts";
import type { ProjectSource } from "./project-source.ts";

export interface DevicesOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion">;
  readonly root: string;
  readonly stateDir: string;
  readonly source: Pick<ProjectSource, "read">;
  /** How their pages are reached; default: from here. */
  readonly fetchPage?: FetchPage | undefined;
  readonly signal: AbortSignal;
}

/** Answers `monitor.devices` until the signal. */
export function serveDevices({ bus, source, signal, fetchPage, ...place }: DevicesOptions): Promise<void> {
  return bus.serveQuestion(
    "monitor.devices",
    async () => {
      const { project } = await source.read();
      return {
        devices: await listDevices({ ...place, project, ...(fetchPage ? { fetchPage } : {}) }),
      };
    },
    signal,
  );
}
