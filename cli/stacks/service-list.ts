import { DockfraError, toErrorInfo } from "../../bus/kernel/errors.ts";
import type { ServiceState } from "../../bus/messages/stack-watch.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { toSentence } from "../terminal/failure.ts";
import type { Screen } from "../../terminal/screen.ts";
import { formatAgo } from "../../terminal/time.ts";

export interface ServiceListing {
  readonly services: readonly ServiceState[];
  /** Why they cannot be seen. */
  readonly problem?: string;
}

/** The listing where nothing runs that could be asked. */
export const noServices: ServiceListing = { services: [] };

/** The services of all stacks as they run, as the running installation says. */
export async function readServices(
  invocation: Invocation<{ readonly updates?: boolean }>,
): Promise<ServiceListing> {
  try {
    const { services } = await withOperator(invocation, (bus) =>
      bus.question("monitor.services", invocation.options.updates ? { checkImages: true } : {}),
    );
    return { services };
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    return { services: [], problem: toSentence(toErrorInfo(error)) };
  }
}

/** Exit codes of a stop: the signals with which an engine ends what it is told to end. */
const stopCodes = [0, 137, 143];

/** Whether a service is not as it should be; one that ended well, or was stopped, is at rest. */
export function isFailing({ state, exitCode = 0, oomKilled = false }: ServiceState): boolean {
  if (state === "exited") return oomKilled || !stopCodes.includes(exitCode);
  return state === "unhealthy" || state === "restarting" || state === "dead";
}

/** One row of `ps` for each service. */
export function toServiceRows(
  screen: Screen,
  services: readonly ServiceState[],
  nowMs = Date.now(),
): string[][] {
  return services.map((row) => {
    const { stack, service, container, state, ports, imageUpdate, ...rest } = row;
    const isOff = state === "missing" || state === "created";
    const isAtRest = isOff || state === "exited" || state === "paused";
    const colour = isFailing(row) ? "red" : isAtRest ? "dim" : "green";
    const dot = screen.paint(colour, state === "running" ? "●" : "○");
    const since =
      rest.startedAtMs === undefined || isOff ? "" : `, started ${formatAgo(rest.startedAtMs, nowMs)}`;
    const again = rest.restarts ? `, ${rest.restarts} restarts` : "";
    const ended =
      state === "exited" || state === "dead"
        ? ` (${rest.oomKilled ? "out of memory, " : ""}${rest.exitCode ?? "?"})`
        : "";
    const newer = imageUpdate ? screen.paint("yellow", ", newer image") : "";
    return [
      `${dot} ${stack}/${service}`,
      container ?? "–",
      `${state === "running" && rest.healthy ? "healthy" : state}${ended}${since}${again}${newer}`,
      ports.join(", "),
    ];
  });
}
