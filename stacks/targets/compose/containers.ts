import { z } from "zod";

const Container = z.looseObject({
  Name: z.string(),
  Service: z.string(),
  State: z.string(),
  Health: z.string().default(""),
  ExitCode: z.int().default(0),
  Labels: z.string().default(""),
});

/** One container of a stack, from `docker compose ps --format json`. */
export interface ContainerView {
  readonly name: string;
  readonly service: string;
  readonly labels: string;
  readonly condition: "good" | "done" | "starting" | "unhealthy" | "failed" | "stopped";
  /** `web exited (3)`. */
  readonly text: string;
}

/** Reads the output of `docker compose ps --all --format json`, one object a line. */
export function parseContainers(output: string): ContainerView[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => Container.parse(JSON.parse(line)))
    .map(({ Name, Service, State, Health, ExitCode, Labels }) => ({
      name: Name,
      service: Service,
      labels: Labels,
      condition: conditionOf(State, Health, ExitCode),
      text: `${Service} ${State}${State === "exited" ? ` (${ExitCode})` : Health === "" ? "" : ` (${Health})`}`,
    }));
}

/** Whether a stack's containers are as a deploy wants them: at least one runs, those that ended ended well. */
export function isUp(containers: readonly ContainerView[]): boolean {
  return (
    containers.some(({ condition }) => condition === "good") &&
    containers.every(({ condition }) => condition === "good" || condition === "done")
  );
}

/** Whether a stack is up and its marked services are those that this mark was given to, not the ones of before. */
export function isUpAs(
  mark: { readonly label: string; readonly services: readonly string[] },
  containers: readonly ContainerView[],
): boolean {
  const isMarked = ({ labels }: ContainerView): boolean => labels.split(",").includes(mark.label);
  return (
    isUp(containers) &&
    mark.services.length > 0 &&
    mark.services.every((service) => {
      const own = containers.filter((container) => container.service === service);
      return own.length > 0 && own.every(isMarked);
    })
  );
}

/** One line for people: `2 of 2 containers are up` or those that are not. */
export function describeContainers(containers: readonly ContainerView[]): string {
  if (containers.length === 0) return "no containers";
  const bad = containers.filter(({ condition }) => condition !== "good" && condition !== "done");
  if (bad.length === 0) return `${containers.length} of ${containers.length} containers are up`;
  return bad.map(({ text }) => text).join(", ");
}

function conditionOf(state: string, health: string, exitCode: number): ContainerView["condition"] {
  if (state === "running")
    return health === "unhealthy" ? "unhealthy" : health === "starting" ? "starting" : "good";
  if (state === "exited") return exitCode === 0 ? "done" : isStopSignal(exitCode) ? "stopped" : "failed";
  return state === "created" || state === "paused" ? "stopped" : "failed";
}

/** SIGTERM and SIGKILL, as a stop leaves them. */
function isStopSignal(exitCode: number): boolean {
  return exitCode === 143 || exitCode === 137;
}
