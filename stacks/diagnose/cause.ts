import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { Diagnosis, EvidenceLine } from "../../bus/messages/diagnosis.ts";
import type { EngineEvent } from "../watch/engine-event.ts";
import type { FixOffer } from "../fix/plan.ts";
import type { CauseCode, FixCode } from "./codes.ts";
import type { ContainerFacts, Facts } from "./facts.ts";

/** Why something does not run, as a rule says it. */
export interface Cause {
  /** Key of its sentence: `cause_port_taken`. */
  readonly code: CauseCode;
  readonly params: ErrorParams;
  readonly severity: Diagnosis["severity"];
  readonly service?: string;
  readonly container?: string;
  readonly evidence: readonly EvidenceLine[];
  readonly fixes: readonly Offer[];
  /** Says what is seen and not why: left out where the same service has a cause that says why. */
  readonly general?: boolean;
}

/** A fix whose sentence is known. */
export type Offer = FixOffer & { readonly code: FixCode };

/** Looks at facts and names causes; it asks nobody and changes nothing. */
export type Rule = (facts: Facts) => Cause[];

/** Runs a rule on every container that does not do what it should. */
export function onFailing(look: (container: ContainerFacts, facts: Facts) => Cause[]): Rule {
  return (facts) => facts.containers.filter(isFailing).flatMap((container) => look(container, facts));
}

/** Whether a container ended badly, could not begin, begins again and again, or is not healthy. */
export function isFailing(container: ContainerFacts): boolean {
  const { state, error, exitCode, health, restarts } = container;
  if (state === "restarting" || state === "dead" || health === "unhealthy") return true;
  if (state === "created") return error !== "";
  if (state === "exited") return exitCode !== 0 && !wasStopped(container);
  return state === "running" && restarts > 0;
}

/** Ended by a stop of a person: not a failure. */
function wasStopped({ exitCode, oomKilled, error }: ContainerFacts): boolean {
  return (exitCode === 143 || exitCode === 137) && !oomKilled && error === "";
}

/** The last lines of a container's log that match, newest last. */
export function linesLike({ log }: ContainerFacts, pattern: RegExp, most = 5): string[] {
  return log.filter((line) => pattern.test(line)).slice(-most);
}

/** Lines of a container's log as evidence. */
export function fromLog({ name }: ContainerFacts, lines: readonly string[]): EvidenceLine[] {
  return lines.map((text) => ({ source: `log of ${name}`, text: text.slice(0, 2_000) }));
}

/** What the engine said of a container as evidence. */
export function fromInspect({ name }: Pick<ContainerFacts, "name">, text: string): EvidenceLine {
  return { source: `inspect ${name}`, text: text.slice(0, 2_000) };
}

/** What happened to a container as evidence. */
export function fromEvents(events: readonly EngineEvent[]): EvidenceLine[] {
  return events.map(({ name, action, atMs, exitCode }) => ({
    source: "event",
    text: `${new Date(atMs).toISOString()} ${name}: ${action}${exitCode === undefined ? "" : ` (exit code ${exitCode})`}`,
  }));
}

/** Lines of Compose as evidence. */
export function fromUp(lines: readonly string[]): EvidenceLine[] {
  return lines.map((text) => ({ source: "docker compose up", text: text.trim().slice(0, 2_000) }));
}

/** Names the container of a cause. */
export function about({ service, name }: ContainerFacts): Pick<Cause, "service" | "container"> {
  return { service, container: name };
}

/** A fix that changes one service in the generated override. */
export function overrideFix(
  service: string,
  changes: Readonly<Record<string, unknown>>,
  fix: Pick<Offer, "code" | "params"> & { readonly safe?: boolean; readonly replace?: boolean },
): Offer {
  const { code, params, safe = true, replace = false } = fix;
  const attributes = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name, { value, replace }]),
  );
  return {
    code,
    params: { service, ...params },
    safe,
    steps: [{ do: "override", patch: { services: { [service]: attributes }, networks: {} } }],
    services: [service],
  };
}
