import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "../../bus/kernel/log.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { ownLabels } from "./own-objects.ts";

/** What happened to a container of ours. */
export interface ContainerEvent {
  readonly id: string;
  readonly name: string;
  /** The Compose service: `ssh-manager`. */
  readonly service: string;
  /** As docker says: `start`, `die`, `oom`, `stop`, `kill`, `destroy`, `health_status: healthy`. */
  readonly action: string;
  /** Of `die`. */
  readonly exitCode?: number;
  /** Of `kill`: which signal. */
  readonly signal?: number;
}

export interface FollowOptions {
  readonly prefix: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Called with each event, in order; must not throw. */
  readonly onEvent: (event: ContainerEvent) => void;
  /** Called once each time the engine stops answering; must not throw. */
  readonly onLost: () => void;
  /** Called once each time it answers again. */
  readonly onBack: () => Promise<void>;
}

const Event = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

const lookEveryMs = 1_000;
/** As long as a timer can be. */
const dayMs = 24 * 60 * 60_000;

/** Follows the engine's events about the containers of a prefix until the signal, over every absence of the engine. */
export async function followEngine(options: FollowOptions): Promise<void> {
  const { prefix, signal, log, onEvent, onLost, onBack } = options;
  const args = [
    ...["events", "--filter", "type=container", "--filter", `label=${ownLabels.prefix}=${prefix}`],
    // each health check is an event too
    ...["start", "die", "oom", "stop", "kill", "health_status"].flatMap((event) => [
      "--filter",
      `event=${event}`,
    ]),
    ...["--format", "{{json .}}"],
  ];
  while (!signal.aborted) {
    await runDocker(args, {
      timeoutMs: dayMs,
      maxOutputBytes: 1_000,
      signal,
      onLine: (line) => {
        const event = parseEvent(line);
        if (event) onEvent(event);
      },
    }).catch((error: unknown) => log.debug({ err: error }, "the engine's events ended"));
    if (signal.aborted || (await answers(signal))) continue;
    onLost();
    while (!(await answers(signal)))
      if (signal.aborted) return;
      else await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    await onBack().catch((error: unknown) =>
      log.warn({ err: error }, "the containers could not be looked at"),
    );
  }
}

async function answers(signal: AbortSignal): Promise<boolean> {
  try {
    const run = await runDocker(["version", "--format", "{{.Server.Version}}"], { timeoutMs: 5_000, signal });
    return run.exitCode === 0;
  } catch {
    return false;
  }
}

/** Reads one line of `docker events`; nothing where it is none. */
export function parseEvent(line: string): ContainerEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const event = Event.safeParse(value).data;
  if (event === undefined) return undefined;
  const { ID, Attributes } = event.Actor;
  const name = Attributes["name"] ?? ID;
  const exitCode = Attributes["exitCode"];
  const signal = Attributes["signal"];
  return {
    id: ID,
    name,
    service: Attributes["com.docker.compose.service"] ?? name,
    action: event.Action,
    ...(event.Action === "die" && exitCode !== undefined ? { exitCode: Number(exitCode) } : {}),
    ...(event.Action === "kill" && signal !== undefined ? { signal: Number(signal) } : {}),
  };
}
