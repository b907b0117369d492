import { invalidInput, type DockfraError } from "../../bus/kernel/errors.ts";
import type { ContainerState, FailReason } from "./container-state.ts";

/** Says why a service of a launched stack does not run. */
export function serviceFailed(stack: string, container: ContainerState, why: FailReason): DockfraError {
  const { service, name, exitCode, restarts, oomKilled, error, healthOutput = "" } = container;
  const params = { stack, service, container: name };
  switch (why) {
    case "unhealthy":
      return invalidInput(
        "service_unhealthy",
        `"${service}" of "${stack}" runs, but its health check fails${healthOutput === "" ? "" : `: ${healthOutput}`}. Read its log lines.`,
        { params: { ...params, output: healthOutput } },
      );
    case "restarting":
      return invalidInput(
        "service_restarting",
        `"${service}" of "${stack}" ends again and again (${howEnded(exitCode, oomKilled)}, restarts: ${restarts}). Read its log lines.`,
        { params: { ...params, exitCode, restarts, oomKilled, how: howEnded(exitCode, oomKilled) } },
      );
    case "exited":
      return invalidInput(
        "service_exited",
        `"${service}" of "${stack}" ended (${howEnded(exitCode, oomKilled)}). Read its log lines.`,
        { params: { ...params, exitCode, oomKilled, how: howEnded(exitCode, oomKilled) } },
      );
    case "not_started":
    case "stopped":
      return invalidInput(
        "service_not_started",
        `"${service}" of "${stack}" was not started: ${error === "" ? container.status : error}. Mend what it names.`,
        { params: { ...params, reason: error === "" ? container.status : error } },
      );
  }
}

/** Says that Compose did not bring a stack up. */
export function upFailed(stack: string, reason: string): DockfraError {
  return invalidInput(
    "launch_failed",
    `docker compose up of "${stack}" failed: ${reason}. Mend what it names and launch again.`,
    { params: { stack, reason } },
  );
}

/** Says that services did not become healthy in time. */
export function launchTimedOut(stack: string, services: readonly string[], timeoutMs: number): DockfraError {
  const minutes = Math.round(timeoutMs / 60_000);
  return invalidInput(
    "launch_timeout",
    `"${services.join(", ")}" of "${stack}" did not become healthy within ${minutes} minutes. Read the log lines.`,
    { params: { stack, services: services.join(", "), minutes } },
  );
}

function howEnded(exitCode: number, oomKilled: boolean): string {
  return oomKilled ? "out of memory" : `exit ${exitCode}`;
}
