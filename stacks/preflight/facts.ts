import type { PathFacts } from "../diagnose/facts.ts";
import type { StackPlace } from "../fix/plan.ts";
import type { ResolvedModel } from "./resolved-model.ts";
import type { WrittenModel } from "./written-model.ts";

/** A variable of a stack, as far as a preflight depends on it. */
export interface VariableFacts {
  readonly name: string;
  readonly value?: string;
  readonly secret: boolean;
  /** Whether Dockfra may write it to `dockfra/.env` and that counts: nothing stronger sets it. */
  readonly writable: boolean;
  /** Stacks that use it. */
  readonly stacks: readonly string[];
}

/** One stack that is to start. */
export interface StackFacts {
  readonly name: string;
  readonly place: StackPlace;
  /** Absent where Compose refuses the files. */
  readonly model?: ResolvedModel;
  /** The same, as Compose wrote it. */
  readonly raw?: unknown;
  /** Why Compose refuses them. */
  readonly refusal?: string;
  /** The files as written, to name places; absent where they cannot be read. */
  readonly written?: WrittenModel;
  /** Required variables without a value. */
  readonly missing: readonly string[];
  /** Variables without a value and without a default, in whose place Compose puts nothing. */
  readonly empty?: readonly string[];
}

/** A container on the engine, of whatever project. */
export interface EngineContainerFacts {
  readonly name: string;
  readonly project?: string;
  readonly running: boolean;
  /** Whether it ended and is about to be started again: what it publishes is not seen then. */
  readonly restarting?: boolean;
  readonly ports: readonly { readonly port: number; readonly protocol: string; readonly address: string }[];
}

export interface EngineNetworkFacts {
  readonly name: string;
  readonly subnets: readonly string[];
}

/** What the engine has. */
export interface EngineHoldings {
  readonly containers: readonly EngineContainerFacts[];
  readonly networks: readonly EngineNetworkFacts[];
  readonly volumes: readonly string[];
}

/** What the engine is and has. */
export interface EngineFacts extends EngineHoldings {
  /** `28.5.2`. */
  readonly version: string;
  readonly composeVersion: string;
  /** `linux/amd64`, as images name it. */
  readonly platform: string;
  /** Architectures that the engine's machine runs beside its own, by emulation; absent where that cannot be seen. */
  readonly emulated?: readonly string[];
}

/** What is known of an image that a stack names. */
export type ImageFacts =
  | { readonly is: "local"; readonly platform: string; readonly user: string }
  | { readonly is: "remote"; readonly platforms: readonly string[]; readonly sizeBytes: number }
  | { readonly is: "unknown" | "denied" | "unreachable"; readonly reason: string };

/** A port of this machine, as the host sees it. */
export interface PortFacts {
  readonly port: number;
  readonly free: boolean;
  readonly holder?: string | undefined;
  /** A free port that nobody here asks for. */
  readonly nextFree?: number | undefined;
}

/** Room where the engine keeps images and volumes. */
export interface DiskFacts {
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** All that the rules look at: gathered once, then only read. */
export interface PreflightFacts {
  readonly root: string;
  /** `<root>/dockfra`. */
  readonly stateDir: string;
  /** Absent where none answers. */
  readonly engine?: EngineFacts;
  /** Why there is none. */
  readonly engineProblem?: { readonly code: string; readonly reason: string };
  readonly stacks: readonly StackFacts[];
  /** Networks and volumes that Dockfra or another of the stacks makes before the start. */
  readonly made: ReadonlySet<string>;
  readonly variables: ReadonlyMap<string, VariableFacts>;
  readonly ports: ReadonlyMap<number, PortFacts>;
  /** Subnets that the host reaches otherwise than by the engine's networks. */
  readonly routes: readonly { readonly subnet: string; readonly device: string }[];
  /** Paths of the host, as far as they can be seen from here. */
  readonly paths: ReadonlyMap<string, PathFacts>;
  readonly images: ReadonlyMap<string, ImageFacts>;
  readonly disk?: DiskFacts;
}
