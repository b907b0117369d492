import type { StackView } from "../../../../bus/messages/stack-service.ts";
import type { ServiceState } from "../../../../bus/messages/stack-watch.ts";

/** The colour of a state; its word stands beside it. */
export type Tone = "good" | "busy" | "wait" | "bad" | undefined;

/** How a stack is, from its services. */
export type StackState = "running" | "starting" | "partly" | "failing" | "stopped";

const tones: Readonly<Record<ServiceState["state"], Tone>> = {
  running: "good",
  starting: "busy",
  created: "busy",
  unhealthy: "bad",
  restarting: "bad",
  dead: "bad",
  paused: "wait",
  exited: undefined,
  missing: undefined,
};

/** Exit codes of a stop: the signals with which an engine ends what it is told to end. */
const stopCodes = [0, 137, 143];

/** The colour of one service; one that ended well, or was stopped, is at rest. */
export function toneOf({ state, exitCode = 0, oomKilled = false }: ServiceState): Tone {
  return state === "exited" && (oomKilled || !stopCodes.includes(exitCode)) ? "bad" : tones[state];
}

export const stackTones: Readonly<Record<StackState, Tone>> = {
  running: "good",
  starting: "busy",
  partly: "wait",
  failing: "bad",
  stopped: undefined,
};

/** Sums up a stack: what fails counts before what starts, and that before what is missing. */
export function stateOfStack(
  stack: Pick<StackView, "services">,
  services: readonly ServiceState[],
): StackState {
  const found = services.map(toneOf);
  if (found.includes("bad")) return "failing";
  if (found.includes("busy")) return "starting";
  const up = new Set(services.filter(({ state }) => state === "running").map(({ service }) => service));
  if (up.size === 0) return "stopped";
  const ended = services.filter(({ state, exitCode }) => state === "exited" && exitCode === 0);
  const settled = new Set([...up, ...ended.map(({ service }) => service)]);
  return stack.services.every(({ name }) => settled.has(name)) ? "running" : "partly";
}

/** Where a browser on this machine finds a published TCP port: `127.0.0.1:8088->80/tcp`; a wildcard is this page's own host. */
export function addressOf(port: string, host: string): string | undefined {
  const [, address = "", published] = /^(?:(.+):)?(\d{1,5})->\d{1,5}\/tcp$/.exec(port) ?? [];
  if (published === undefined) return undefined;
  const isAny = address === "" || address === "0.0.0.0" || address === "[::]" || address === "::";
  return `http://${isAny ? host : address}:${published}`;
}
