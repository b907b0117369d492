import type { StackPlace } from "../fix/plan.ts";
import type { EngineEvent } from "../watch/engine-event.ts";
import type { ComposeModel } from "./compose-model.ts";

/** One container of a stack, as the engine has it. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly image: string;
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** What the engine says of a start that failed; else empty. */
  readonly error: string;
  readonly restarts: number;
  readonly startedAtMs: number;
  readonly health: "healthy" | "unhealthy" | "starting" | "none";
  /** What the last health checks said, oldest first. */
  readonly healthLog: readonly { readonly exitCode: number; readonly output: string }[];
  readonly restartPolicy: string;
  readonly command: readonly string[];
  /** Of `user:group`, as the container has it; empty for the image's. */
  readonly user: string;
  readonly memoryLimitBytes: number;
  readonly mounts: readonly MountFacts[];
  /** Paths in memory. */
  readonly tmpfs: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly ports: readonly PortFacts[];
  readonly networks: readonly string[];
  /** Its last lines, oldest first; of one that runs well the last minutes only. */
  readonly log: readonly string[];
  /** What it listens on over TCP; absent where that cannot be seen. */
  readonly listens?: readonly Listening[];
  /** Which of the programs that health checks use its image has; absent where nobody looked. */
  readonly tools?: readonly string[];
}

export interface MountFacts {
  readonly type: string;
  /** Path on the host of a bind, else the volume's name. */
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

export interface PortFacts {
  readonly target: number;
  readonly hostIp: string;
  readonly published: number;
}

export interface Listening {
  readonly port: number;
  /** Whether only the container itself can reach it. */
  readonly loopback: boolean;
}

/** A container of another project, or of none. */
export interface OtherContainer {
  readonly name: string;
  readonly project?: string;
  readonly running: boolean;
  readonly ports: readonly PortFacts[];
}

export interface NetworkFacts {
  readonly name: string;
  readonly subnets: readonly string[];
  readonly project?: string;
}

/** What is at a path of the host. */
export interface PathFacts {
  readonly kind: "file" | "directory" | "other" | "missing";
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Of a directory. */
  readonly empty?: boolean;
}

/** All that rules look at: gathered once, then only read. */
export interface Facts {
  /** The stack as people name it. */
  readonly stack: string;
  readonly place: StackPlace;
  readonly nowMs: number;
  /** Absent where Compose refuses the files. */
  readonly model?: ComposeModel;
  /** What Compose has against the files. */
  readonly refusal: readonly string[];
  /** What the last launch or deploy wrote. */
  readonly upOutput: readonly string[];
  readonly containers: readonly ContainerFacts[];
  /** What happened to its containers in the last minutes, oldest first; of those that are gone too. */
  readonly events: readonly EngineEvent[];
  readonly others: readonly OtherContainer[];
  readonly networks: readonly NetworkFacts[];
  readonly volumes: readonly string[];
  /** Images of the stack that the engine has, by the name in the file. */
  readonly images: ReadonlyMap<string, { readonly platform: string }>;
  readonly enginePlatform: string;
  /** Who holds a port of this machine, and the next free one, as far as it was asked. */
  readonly ports: ReadonlyMap<number, { readonly holder?: string; readonly nextFree?: number }>;
  /** Paths of the host that mounts name, as far as they can be seen. */
  readonly paths: ReadonlyMap<string, PathFacts>;
  /** Ports of services as they are written, with their variables. */
  readonly writtenPorts: ReadonlyMap<string, readonly string[]>;
  /** Variables of the stack; a value is there to compare with, not to be shown. */
  readonly variables: ReadonlyMap<string, { readonly secret: boolean; readonly value?: string }>;
}
