import { conflict, type DockfraError } from "../../bus/kernel/errors.ts";

/** The error of a command that another has now, or that nobody waits for any more. */
export function leaseLost(commandId: string): DockfraError {
  return conflict("lease_lost", `The command ${commandId} is no longer ours. Nothing was changed.`, {
    params: { command: commandId },
  });
}
