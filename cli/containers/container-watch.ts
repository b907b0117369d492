import type { ErrorParams } from "../../bus/kernel/errors.ts";
import { createBackoff, type Backoff } from "../supervisor/backoff.ts";
import type { ContainerEvent } from "./engine-events.ts";

/** Who is told what happens to containers. */
export interface WatchListener {
  /** Tells people, on the feed; must not throw. */
  readonly tell: (code: string, params: ErrorParams) => void;
  /** Starts a container that Docker does not start again; must not throw. */
  readonly revive: (event: ContainerEvent) => void;
  /** Asks whether the kernel ended a container for its memory. */
  readonly wasOutOfMemory: (id: string) => Promise<boolean>;
  readonly nowMs?: () => number;
}

/** What is known of the containers by their events. */
export interface ContainerWatch {
  take(event: ContainerEvent): Promise<void>;
  /** Resolves as soon as all these services are healthy at once; rejects where one of them ends before it ever was. */
  untilHealthy(services: readonly string[], signal: AbortSignal): Promise<void>;
  /** Says that a service is healthy, as a listing found it. */
  markHealthy(service: string): void;
}

interface Known {
  healthy: boolean;
  unhealthyTold: boolean;
  startedMs: number;
  /** When it died lately. */
  deaths: number[];
  /** When the kernel last ended a process of it for its memory. */
  oomMs: number;
  stoppedByHand: boolean;
  alive: boolean;
  readonly backoff: Backoff;
}

/** Docker forgets what it waited for a container that ran this long. */
const steadyMs = 10_000;
/** The signal by which Docker asks a container to end; it comes by hand alone. */
const terminate = 15;
/** A process that was ended for its memory takes its container along at once, or not at all. */
const oomWindowMs = 5_000;
const dyingWindowMs = 120_000;
const dyingCount = 4;
/** Docker itself is quicker where it means to start a container again. */
const reviveAfterMs = 3_000;

/** Makes sense of the events of containers: which died and how, which keep dying, which are healthy. */
export function createContainerWatch(listener: WatchListener): ContainerWatch {
  const { revive, wasOutOfMemory, nowMs = Date.now } = listener;
  const services = new Map<string, Known>();
  const waiting = new Set<() => void>();
  const of = (service: string): Known => {
    const known = services.get(service) ?? create(nowMs());
    services.set(service, known);
    return known;
  };

  async function died(event: ContainerEvent, known: Known): Promise<void> {
    known.alive = false;
    known.healthy = false;
    const oom =
      nowMs() - known.oomMs < oomWindowMs || (event.exitCode === 137 && (await wasOutOfMemory(event.id)));
    known.oomMs = Number.NEGATIVE_INFINITY;
    const how = describeDeath(event.exitCode, oom);
    const part = partOf(event.service);
    if (known.stoppedByHand) return;
    const now = nowMs();
    if (now - known.startedMs > steadyMs) known.backoff.reset();
    known.deaths = [...known.deaths.filter((ms) => now - ms < dyingWindowMs), now];
    listener.tell("part_restarted", { part, how, delayMs: known.backoff.nextDelayMs() });
    if (known.deaths.length === dyingCount)
      listener.tell("part_keeps_dying", { part, how, count: known.deaths.length });
    setTimeout(() => {
      if (!known.alive && !known.stoppedByHand) revive(event);
    }, reviveAfterMs).unref();
  }

  async function take(event: ContainerEvent): Promise<void> {
    const { service, action } = event;
    const known = of(service);
    if (action === "start") {
      Object.assign(known, { alive: true, healthy: false, stoppedByHand: false, startedMs: nowMs() });
    } else if (action === "oom") known.oomMs = nowMs();
    else if (action === "die") await died(event, known);
    else if (action === "kill") known.stoppedByHand ||= event.signal === terminate;
    else if (action === "stop") {
      listener.tell("container_stopped", { part: partOf(service), container: event.name });
    } else if (action === "health_status: healthy") {
      if (known.unhealthyTold) listener.tell("container_healthy", { part: partOf(service) });
      Object.assign(known, { alive: true, healthy: true, unhealthyTold: false });
    } else if (action === "health_status: unhealthy") {
      known.healthy = false;
      if (!known.unhealthyTold)
        listener.tell("container_unhealthy", { part: partOf(service), container: event.name });
      known.unhealthyTold = true;
    }
    for (const look of waiting) look();
  }

  return {
    take,
    markHealthy(service) {
      Object.assign(of(service), { alive: true, healthy: true });
      for (const look of waiting) look();
    },
    untilHealthy: (names, signal) =>
      new Promise((resolve, reject) => {
        const done = (): void => {
          waiting.delete(look);
          signal.removeEventListener("abort", abort);
        };
        const look = (): void => {
          if (!names.every((name) => services.get(name)?.healthy === true)) return;
          done();
          resolve();
        };
        const abort = (): void => {
          done();
          reject(signal.reason instanceof Error ? signal.reason : new Error("The wait was given up."));
        };
        waiting.add(look);
        signal.addEventListener("abort", abort, { once: true });
        if (signal.aborted) abort();
        else look();
      }),
  };
}

/** How people call the part that a service is: `manager` for `ssh-manager`. */
export function partOf(service: string): string {
  return service.replace(/^ssh-/, "");
}

/** How a container ended, for people. */
export function describeDeath(exitCode: number | undefined, oom: boolean): string {
  const code = `exit ${exitCode ?? "unknown"}`;
  if (oom) return `${code}, out of memory`;
  if (exitCode === 137) return `${code}, killed`;
  return exitCode === 139 ? `${code}, crashed` : code;
}

function create(startedMs: number): Known {
  return {
    healthy: false,
    unhealthyTold: false,
    startedMs,
    deaths: [],
    oomMs: Number.NEGATIVE_INFINITY,
    stoppedByHand: false,
    alive: false,
    backoff: createBackoff({ firstMs: 100, maxMs: 60_000 }),
  };
}
