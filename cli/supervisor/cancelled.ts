import { conflict, type DockfraError } from "../../bus/kernel/errors.ts";

/** The error of a start that was ended by Ctrl-C or SIGTERM. */
export function startCancelled(): DockfraError {
  return conflict(
    "start_cancelled",
    "The start was cancelled. What had begun is stopped; start again with: dockfra up",
  );
}
