import { z } from "zod";

const Inspected = z.array(
  z.looseObject({
    Id: z.string(),
    Image: z.string().default(""),
    Name: z.string(),
    RestartCount: z.int().default(0),
    State: z.looseObject({
      Status: z.string(),
      ExitCode: z.int().default(0),
      OOMKilled: z.boolean().default(false),
      Error: z.string().default(""),
      StartedAt: z.string().default(""),
      Health: z
        .looseObject({
          Status: z.string(),
          Log: z
            .array(z.looseObject({ Output: z.string().default("") }))
            .nullable()
            .default([]),
        })
        .nullish(),
    }),
    Config: z.looseObject({
      Image: z.string().default(""),
      Labels: z.record(z.string(), z.string()).nullable().default({}),
    }),
  }),
);

/** A container of a stack at one moment. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** As the configuration names it, and its id. */
  readonly image: string;
  readonly imageId: string;
  /** Compose's own hash of the service's settings. */
  readonly configHash: string;
  readonly status: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** The engine's own words where it could not be started; else empty. */
  readonly error: string;
  readonly startedAtMs: number;
  /** How often the engine has started it again by itself. */
  readonly restarts: number;
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** What its last health check said. */
  readonly healthOutput?: string;
}

/** Reads the output of `docker inspect` of containers; those that Compose runs once by `run` are left out. */
export function parseContainerStates(text: string): ContainerState[] {
  return Inspected.parse(JSON.parse(text)).flatMap(({ Id, Image, Name, RestartCount, State, Config }) => {
    const labels = Config.Labels ?? {};
    const service = labels["com.docker.compose.service"];
    if (service === undefined || labels["com.docker.compose.oneoff"] === "True") return [];
    const health = toHealth(State.Health?.Status);
    const output = State.Health?.Log?.at(-1)?.Output.trim().slice(0, 500);
    return [
      {
        ...{ id: Id, name: Name.replace(/^\//, ""), service, status: State.Status, exitCode: State.ExitCode },
        ...{ image: Config.Image, imageId: Image },
        configHash: labels["com.docker.compose.config-hash"] ?? "",
        ...{ oomKilled: State.OOMKilled, error: State.Error, restarts: RestartCount },
        startedAtMs: Date.parse(State.StartedAt) || 0,
        ...(health === undefined ? {} : { health }),
        ...(output === undefined || output === "" ? {} : { healthOutput: output }),
      },
    ];
  });
}

function toHealth(status: string | undefined): ContainerState["health"] {
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : undefined;
}

/** What a container has come to: `waiting` is not decided yet. */
export type Verdict =
  | { readonly is: "healthy" | "running" | "finished" }
  | { readonly is: "waiting"; readonly forMs?: number }
  | { readonly is: "failed"; readonly why: FailReason };

export type FailReason = "exited" | "restarting" | "unhealthy" | "not_started" | "stopped";

export interface JudgeOptions {
  /** How long one without a health check has to run. */
  readonly settleMs: number;
  readonly nowMs: number;
  /** Restarts that it had before. */
  readonly restartsBefore: number;
}

const maxRestarts = 3;

/**
 * Judges a container: healthy by its health check, running long enough without a restart where it has none, or finished
 * with 0.
 */
export function judge(container: ContainerState, { settleMs, nowMs, restartsBefore }: JudgeOptions): Verdict {
  const { status, exitCode, error, health, restarts, startedAtMs } = container;
  // what has a health check may try again: the check says when it works
  const mayRestart = health !== undefined && restarts - restartsBefore < maxRestarts;
  if (status === "running") {
    if (health === "healthy") return { is: "healthy" };
    if (health === "unhealthy") return { is: "failed", why: "unhealthy" };
    if (restarts > restartsBefore && !mayRestart) return { is: "failed", why: "restarting" };
    if (health === "starting") return { is: "waiting" };
    const leftMs = startedAtMs + settleMs - nowMs;
    return leftMs <= 0 ? { is: "running" } : { is: "waiting", forMs: leftMs };
  }
  if (status === "restarting") return mayRestart ? { is: "waiting" } : { is: "failed", why: "restarting" };
  if (status === "exited") {
    if (exitCode === 0) return { is: "finished" };
    return { is: "failed", why: error === "" ? "exited" : "not_started" };
  }
  if (status === "created" && error === "") return { is: "waiting" };
  return { is: "failed", why: status === "paused" || status === "removing" ? "stopped" : "not_started" };
}
