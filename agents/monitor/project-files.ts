import type { FileChange } from "../../bus/messages/host-work.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import { changeFile } from "../../stacks/fix/file-changes.ts";

interface Place {
  readonly bus: Pick<WorkerBus, "question">;
  readonly stateDir: string;
  /** Whether this is a container that sees ROOT read-only; default: no. */
  readonly inContainer?: boolean;
}

/** The host may have to ask the engine. */
const hostMs = 70_000;

/** Makes what changes files of the project: here, or by the host where they are read-only from here. */
export function createFileChanger({ bus, stateDir, inContainer = false }: Place) {
  return async (change: FileChange): Promise<void> => {
    if (inContainer) await bus.question("host.files", change, { timeoutMs: hostMs });
    else await changeFile(change, { stateDir });
  };
}
