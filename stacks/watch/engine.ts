import type { Readable } from "node:stream";
import { z } from "zod";
import { parseContainers, parseInspection, type ContainerFacts, type ServiceContainer } from "./container.ts";
import { eventFilter, parseEvent, type EngineEvent } from "./engine-event.ts";
import { createEngineHttp, type EngineCall, type EngineReads } from "./engine-http.ts";
import { findEngineLink } from "./engine-link.ts";
import { linesOf } from "./line-split.ts";

/** Which part of a container's log is read. */
export interface LogWish {
  /** RFC 3339 with nanoseconds, inclusive. */
  readonly since?: string;
  readonly until?: string;
  /** Only the last lines. */
  readonly tail?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** What watching asks of a Docker engine; it changes nothing there. */
export interface WatchEngine {
  /** Resolves when the engine answers. @throws `engine_unreachable` */
  ping(call?: EngineCall): Promise<void>;
  /** The containers of all stacks, or of one project, running or not. @throws `engine_unreachable` */
  containers(options?: EngineCall & { readonly project?: string }): Promise<ServiceContainer[]>;
  /** @throws `engine_unreachable`, `engine_lacks` */
  inspect(id: string, call?: EngineCall): Promise<ContainerFacts>;
  /** Gives events of the stacks' containers until the signal or the engine's end; `onOpen` once they flow. @throws `engine_unreachable` */
  events(options: EventsOptions): Promise<void>;
  /** One raw measure of a container, as the engine gives it. @throws `engine_unreachable`, `engine_lacks` */
  stats(id: string, call?: EngineCall): Promise<unknown>;
  /** A container's log, in the engine's framing, each line with its time. @throws `engine_unreachable`, `engine_lacks` */
  log(id: string, wish: LogWish): Promise<Readable>;
  /** Digests under which a local image was pulled, each `name@sha256:…`; none for one that was built here. */
  pulledDigests(imageId: string, call?: EngineCall): Promise<string[]>;
  /** The digest that the registry has under a name now. @throws `engine_refused` where the registry cannot be asked */
  registryDigest(image: string, call?: EngineCall): Promise<string>;
  close(): void;
}

export interface EventsOptions {
  readonly signal: AbortSignal;
  /** Must not throw. */
  readonly onEvent: (event: EngineEvent) => void;
  /** Must not throw. */
  readonly onOpen?: () => void;
}

const Image = z.looseObject({ RepoDigests: z.array(z.string()).nullish() });
const Distribution = z.looseObject({ Descriptor: z.looseObject({ digest: z.string() }) });
const registryTimeoutMs = 20_000;
const pingTimeoutMs = 5_000;

/** Connects to the engine that the docker command uses. @throws `docker_missing`, `engine_unreachable` */
export async function openEngine(signal?: AbortSignal): Promise<WatchEngine> {
  return createEngine(createEngineHttp(await findEngineLink(signal)));
}

/** Makes an engine of its HTTP interface. */
export function createEngine(http: EngineReads): WatchEngine {
  return {
    async ping(call) {
      await http.json("/version", { timeoutMs: pingTimeoutMs, ...call });
    },
    async containers({ project, ...call } = {}) {
      // Compose and swarms have labels of their own, and the engine takes no "or"
      const all = parseContainers(await http.json(`/containers/json?${query({ all: "1" })}`, call));
      return project === undefined ? all : all.filter((one) => one.project === project);
    },
    inspect: async (id, call) =>
      parseInspection(await http.json(`/containers/${encodeURIComponent(id)}/json`, call)),
    events: (options) => readEvents(http, options),
    stats: (id, call) =>
      http.json(`/containers/${encodeURIComponent(id)}/stats?stream=false&one-shot=true`, call),
    log: (id, { since, until, tail, follow = false, signal }) =>
      http.stream(
        `/containers/${encodeURIComponent(id)}/logs?${query({
          ...{ stdout: "1", stderr: "1", timestamps: "1", follow: follow ? "1" : "0" },
          ...(since === undefined ? {} : { since: toEngineTime(since) }),
          ...(until === undefined ? {} : { until: toEngineTime(until) }),
          ...(tail === undefined ? {} : { tail: String(tail) }),
        })}`,
        signal ? { signal } : {},
      ),
    async pulledDigests(imageId, call) {
      const image = Image.parse(await http.json(`/images/${encodeURIComponent(imageId)}/json`, call));
      return image.RepoDigests ?? [];
    },
    async registryDigest(image, call) {
      const path = `/distribution/${image.split("/").map(encodeURIComponent).join("/")}/json`;
      const answer = await http.json(path, { timeoutMs: registryTimeoutMs, ...call });
      return Distribution.parse(answer).Descriptor.digest;
    },
    close: () => http.close(),
  };
}

async function readEvents(http: EngineReads, { signal, onEvent, onOpen }: EventsOptions): Promise<void> {
  const answer = await http.stream(`/events?${query({ filters: JSON.stringify(eventFilter) })}`, { signal });
  onOpen?.();
  try {
    for await (const line of linesOf(answer as AsyncIterable<Buffer>)) {
      const event = parseEvent(line);
      if (event) onEvent(event);
    }
  } catch (error) {
    if (!isCutOff(error)) throw error;
  }
}

/** Whether a stream ended because its engine went away, or by its signal. */
export function isCutOff(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return (
    code === "ECONNRESET" || code === "ABORT_ERR" || code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE"
  );
}

function query(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}

/** The engine takes seconds with a fraction. */
function toEngineTime(stamp: string): string {
  const seconds = Math.floor(Date.parse(stamp) / 1_000);
  const fraction = /\.(\d{1,9})/.exec(stamp)?.[1] ?? "0";
  return `${seconds}.${fraction.padEnd(9, "0")}`;
}
