import { z } from "zod";
import { ownerOf } from "./container.ts";

/** What happened to a container of a stack. */
export interface EngineEvent {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly service: string;
  readonly image: string;
  /** As the engine says: `start`, `die`, `oom`, `kill`, `destroy`, `pause`, `health_status: healthy`. */
  readonly action: string;
  readonly atMs: number;
  /** Of `die`. */
  readonly exitCode?: number;
  /** Of `kill`: which signal. */
  readonly signal?: number;
}

/** What the engine is asked for; each run of a health check would be an event too. */
export const eventFilter = {
  type: ["container"],
  event: ["start", "die", "oom", "kill", "destroy", "pause", "unpause", "health_status"],
} as const;

const Event = z.looseObject({
  Action: z.string(),
  timeNano: z.number(),
  Actor: z.looseObject({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

/** Reads one line of the engine's events; nothing where it is none of a stack's container. */
export function parseEvent(line: string): EngineEvent | undefined {
  const event = Event.safeParse(readJson(line)).data;
  if (event === undefined) return undefined;
  const { ID: id, Attributes } = event.Actor;
  const owner = ownerOf(Attributes);
  if (owner === undefined) return undefined;
  const exitCode = Number(Attributes["exitCode"] ?? Number.NaN);
  const signal = Number(Attributes["signal"] ?? Number.NaN);
  return {
    ...{ id, name: Attributes["name"] ?? id.slice(0, 12), ...owner, image: Attributes["image"] ?? "" },
    ...{ action: event.Action, atMs: Math.floor(event.timeNano / 1e6) },
    ...(event.Action === "die" && Number.isInteger(exitCode) ? { exitCode } : {}),
    ...(event.Action === "kill" && Number.isInteger(signal) ? { signal } : {}),
  };
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
