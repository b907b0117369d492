import type { EngineEvent } from "../../../stacks/watch/engine-event.ts";
import type { ServiceContainer } from "../../../stacks/watch/container.ts";
import type { Symptom } from "./symptom.ts";

/** A container as it was found by a look. */
export type SeenContainer = Pick<ServiceContainer, "name" | "project" | "service" | "state" | "health">;

export interface ServiceHistoryOptions {
  readonly unhealthyMs: number;
  readonly nowMs?: () => number;
}

interface Container {
  readonly project: string;
  readonly service: string;
  isEndedByHand: boolean;
  /** When the kernel ended a process of it for its memory. */
  outOfMemoryMs: number[];
  deaths: { readonly atMs: number; readonly exitCode: number }[];
  unhealthySinceMs?: number;
  isWell: boolean;
}

/** So many ends within so long are a loop. */
const loopDeaths = 3;
const loopWindowMs = 5 * 60_000;
/** Signals that a program takes as news, not as its end. */
const harmlessSignals: ReadonlySet<number> = new Set([1, 10, 12, 18, 28]);

/** What happened to the services' containers of late, and what of it is a symptom; no I/O. */
export class ServiceHistory {
  readonly #containers = new Map<string, Container>();
  readonly #nowMs: () => number;
  readonly #unhealthyMs: number;

  constructor({ unhealthyMs, nowMs = Date.now }: ServiceHistoryOptions) {
    this.#unhealthyMs = unhealthyMs;
    this.#nowMs = nowMs;
  }

  /** Takes what the engine tells; what people end is no symptom. */
  take({ action, name, project, service, signal = 15, exitCode = -1 }: EngineEvent): void {
    if (action === "destroy") return void this.#containers.delete(name);
    const container = this.#of(name, project, service);
    const now = this.#nowMs();
    if (action === "start") container.isEndedByHand = false;
    else if (action === "kill") container.isEndedByHand ||= !harmlessSignals.has(signal);
    else if (action === "oom") container.outOfMemoryMs = [...container.outOfMemoryMs, now].slice(-100);
    else if (action === "die") {
      container.isWell = false;
      delete container.unhealthySinceMs;
      if (container.isEndedByHand) container.deaths = [];
      else container.deaths = [...container.deaths, { atMs: now, exitCode }].slice(-100);
    }
  }

  /** Takes how all containers are; those that are gone are forgotten. */
  look(containers: readonly SeenContainer[]): void {
    const now = this.#nowMs();
    const names = new Set(containers.map(({ name }) => name));
    for (const name of this.#containers.keys()) if (!names.has(name)) this.#containers.delete(name);
    for (const { name, project, service, state, health } of containers) {
      const container = this.#of(name, project, service);
      container.isWell = state === "running" && (health === undefined || health === "healthy");
      if (state === "running" && health === "unhealthy") container.unhealthySinceMs ??= now;
      else if (container.isWell) delete container.unhealthySinceMs;
    }
  }

  /** Whether anything happened of late that may be, or become, a symptom. */
  hasTrouble(): boolean {
    const sinceMs = this.#nowMs() - loopWindowMs;
    return [...this.#containers.values()].some(
      (one) => one.unhealthySinceMs !== undefined || lastTroubleMs(one) > sinceMs,
    );
  }

  /** Forgets what happened to a project while it was being changed. */
  reset(project: string): void {
    for (const container of this.#containers.values()) {
      if (container.project !== project) continue;
      container.deaths = [];
      container.outOfMemoryMs = [];
      delete container.unhealthySinceMs;
    }
  }

  /** What goes wrong now, at most one of each service; `stackOf` says how people call a project. */
  symptoms(stackOf: (project: string) => string | undefined): Symptom[] {
    const found = new Map<string, Symptom>();
    for (const [name, container] of this.#containers) {
      const stack = stackOf(container.project);
      const symptom = stack === undefined ? undefined : this.#symptomOf(name, stack, container);
      const key = JSON.stringify([container.project, container.service]);
      const known = found.get(key);
      if (symptom && (known === undefined || symptom.times > known.times)) found.set(key, symptom);
    }
    return [...found.values()];
  }

  /** Whether each container of a service runs, is well, and did not end for so long; false where it has none. */
  isWell(projects: readonly string[], service: string, quietMs: number): boolean {
    const sinceMs = this.#nowMs() - quietMs;
    const own = [...this.#containers.values()].filter(
      (one) => one.service === service && projects.includes(one.project),
    );
    return own.length > 0 && own.every((one) => one.isWell && lastTroubleMs(one) <= sinceMs);
  }

  #symptomOf(
    container: string,
    stack: string,
    { service, deaths, outOfMemoryMs, unhealthySinceMs }: Container,
  ): Symptom | undefined {
    const now = this.#nowMs();
    const recent = deaths.filter(({ atMs }) => now - atMs < loopWindowMs);
    const last = recent.at(-1);
    const about = { stack, service, container };
    const kills = outOfMemoryMs.filter((atMs) => now - atMs < loopWindowMs);
    const kill = kills.at(-1);
    const how = last === undefined ? "a process of it" : `exit ${last.exitCode}`;
    if (kill !== undefined)
      return { ...about, code: "out_of_memory", atMs: kill, what: how, times: kills.length };
    if (last && recent.length >= loopDeaths)
      return {
        ...about,
        code: "crash_loop",
        atMs: last.atMs,
        what: `exit ${last.exitCode}`,
        times: recent.length,
      };
    if (unhealthySinceMs === undefined || now - unhealthySinceMs < this.#unhealthyMs) return undefined;
    const seconds = Math.round((now - unhealthySinceMs) / 1_000);
    return { ...about, code: "stays_unhealthy", atMs: now, what: `${seconds} s`, times: 1 };
  }

  #of(name: string, project: string, service: string): Container {
    const known = this.#containers.get(name) ?? {
      ...{ project, service, isEndedByHand: false, outOfMemoryMs: [] },
      ...{ deaths: [], isWell: false },
    };
    this.#containers.set(name, known);
    return known;
  }
}

function lastTroubleMs({ deaths, outOfMemoryMs }: Container): number {
  return Math.max(deaths.at(-1)?.atMs ?? 0, outOfMemoryMs.at(-1) ?? 0);
}
