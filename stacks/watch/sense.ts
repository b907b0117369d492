import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { EngineEvent } from "./engine-event.ts";

/** What people are told of a container, as the code of a sentence. */
export const happeningCodes = [
  "container_started",
  "container_restarted",
  "container_died",
  "container_finished",
  "container_ended",
  "container_keeps_dying",
  "container_settled",
  "container_health",
  "container_paused",
  "container_resumed",
  "container_events_left_out",
] as const;
export type HappeningCode = (typeof happeningCodes)[number];

export interface SenseOptions {
  /** Tells people; must not throw. */
  readonly tell: (code: HappeningCode, params: ErrorParams, atMs: number) => void;
  /** How people call a Compose project. */
  readonly stackOf: (project: string) => string;
  readonly nowMs?: () => number;
}

/** Makes sense of the events of containers, so that people read what happened and no storm. */
export interface Sense {
  take(event: EngineEvent): void;
  /** To be called every few seconds: tells what only time shows. */
  tick(): void;
}

interface Known {
  readonly about: ErrorParams;
  stoppedByHand: boolean;
  outOfMemoryMs: number;
  deathsMs: number[];
  lastDeath: ErrorParams;
  /** When a container that keeps dying was last told of; absent where it does not. */
  loopToldMs?: number;
  startedMs?: number;
  health?: string;
  lastSeenMs: number;
}

const dyingWindowMs = 120_000;
const dyingCount = 3;
const loopSummaryMs = 60_000;
/** One that runs this long has settled. */
const steadyMs = 30_000;
/** A process that was ended for its memory takes its container along at once, or not at all. */
const outOfMemoryWindowMs = 5_000;
/** Signals that a program takes as news, not as its end. */
const harmlessSignals: ReadonlySet<number> = new Set([1, 10, 12, 18, 28]);
const burst = 200;
const perSecond = 5;
const forgetMs = 3_600_000;

/** Makes the sense for one engine. */
export function createSense({ tell, stackOf, nowMs = Date.now }: SenseOptions): Sense {
  const containers = new Map<string, Known>();
  const limit = createLimit(nowMs);
  let leftOut = 0;
  const say = (code: HappeningCode, params: ErrorParams, atMs: number): void => {
    if (limit.take()) tell(code, params, atMs);
    else leftOut++;
  };
  const of = (event: EngineEvent): Known => {
    // by name: a container that is made anew keeps dying too
    const known = containers.get(event.name) ?? {
      about: { stack: stackOf(event.project), service: event.service, container: event.name },
      ...{ stoppedByHand: false, outOfMemoryMs: Number.NEGATIVE_INFINITY, deathsMs: [], lastDeath: {} },
      lastSeenMs: nowMs(),
    };
    known.lastSeenMs = nowMs();
    containers.set(event.name, known);
    return known;
  };

  function started({ atMs }: EngineEvent, known: Known): void {
    const again = known.deathsMs.length > 0 && !known.stoppedByHand;
    known.stoppedByHand = false;
    known.startedMs = nowMs();
    delete known.health;
    if (known.loopToldMs !== undefined) return;
    if (again) say("container_restarted", { ...known.about, count: known.deathsMs.length }, atMs);
    else say("container_started", known.about, atMs);
  }

  function died({ exitCode = -1, atMs }: EngineEvent, known: Known): void {
    const now = nowMs();
    delete known.startedMs;
    if (known.stoppedByHand) {
      known.deathsMs = [];
      delete known.loopToldMs;
      say("container_ended", { ...known.about, exitCode }, atMs);
      return;
    }
    const oom = now - known.outOfMemoryMs < outOfMemoryWindowMs;
    known.deathsMs = [...known.deathsMs.filter((ms) => now - ms < dyingWindowMs), now];
    known.lastDeath = { exitCode, oom, how: howItEnded(exitCode, oom) };
    if (known.loopToldMs === undefined && known.deathsMs.length >= dyingCount) {
      known.loopToldMs = now;
      tellLoop(known, atMs);
    } else if (known.loopToldMs === undefined)
      say(
        exitCode === 0 ? "container_finished" : "container_died",
        { ...known.about, ...known.lastDeath },
        atMs,
      );
  }

  function tellLoop(known: Known, atMs: number): void {
    const count = known.deathsMs.length;
    say("container_keeps_dying", { ...known.about, ...known.lastDeath, count }, atMs);
  }

  function healthChanged(health: string, { atMs }: EngineEvent, known: Known): void {
    if (known.health === health) return;
    known.health = health;
    if (known.loopToldMs === undefined) say("container_health", { ...known.about, health }, atMs);
  }

  return {
    take(event) {
      const { action, signal = 15, atMs, name } = event;
      if (action === "destroy") {
        const known = containers.get(name);
        if (known?.stoppedByHand || known?.deathsMs.length === 0) containers.delete(name);
        return;
      }
      const known = of(event);
      if (action === "start") started(event, known);
      else if (action === "die") died(event, known);
      else if (action === "oom") known.outOfMemoryMs = nowMs();
      else if (action === "kill") known.stoppedByHand ||= !harmlessSignals.has(signal);
      else if (action === "pause") say("container_paused", known.about, atMs);
      else if (action === "unpause") say("container_resumed", known.about, atMs);
      else if (action.startsWith("health_status: "))
        healthChanged(action.slice("health_status: ".length), event, known);
    },
    tick() {
      const now = nowMs();
      for (const [name, known] of containers) {
        if (now - known.lastSeenMs > forgetMs && known.loopToldMs === undefined) containers.delete(name);
        if (known.loopToldMs === undefined) continue;
        known.deathsMs = known.deathsMs.filter((ms) => now - ms < dyingWindowMs);
        const isSteady = known.startedMs !== undefined && now - known.startedMs >= steadyMs;
        if (isSteady || known.deathsMs.length === 0) {
          delete known.loopToldMs;
          known.deathsMs = [];
          if (isSteady) say("container_settled", known.about, now);
        } else if (now - known.loopToldMs >= loopSummaryMs) {
          known.loopToldMs = now;
          tellLoop(known, now);
        }
      }
      if (leftOut > 0 && limit.take()) {
        tell("container_events_left_out", { count: leftOut }, now);
        leftOut = 0;
      }
    },
  };
}

/** How a container ended, for people. */
function howItEnded(exitCode: number, oom: boolean): string {
  const code = `exit ${exitCode}`;
  if (oom) return `${code}, out of memory`;
  if (exitCode === 137) return `${code}, killed`;
  return exitCode === 139 ? `${code}, crashed` : code;
}

/** Lets a burst through, then so many each second. */
function createLimit(nowMs: () => number): { take(): boolean } {
  let left = burst;
  let atMs = nowMs();
  return {
    take() {
      const now = nowMs();
      left = Math.min(burst, left + ((now - atMs) / 1_000) * perSecond);
      atMs = now;
      if (left < 1) return false;
      left--;
      return true;
    },
  };
}
