import type { Variable } from "./variable.ts";

/** What `dockfra.yaml` says of a variable. */
export interface DeclaredVariable {
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly type?: string | undefined;
  readonly desc?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly default?: string | undefined;
  readonly required_for?: readonly string[] | undefined;
  readonly autodetect?: string | boolean | undefined;
  readonly options?: readonly unknown[] | undefined;
}

/** A stack's name with its variables, as discovery gives them. */
export interface StackVariables {
  readonly name: string;
  readonly variables: readonly Variable[];
  /** Names that it takes over without a reference. */
  readonly inherited?: readonly string[];
  /** Its own `.env` files, strongest first, relative to the root. */
  readonly envFiles?: readonly string[];
  /** What those set. */
  readonly values?: ReadonlyMap<string, string>;
  /** Names that those set and nothing in the stack uses. */
  readonly unused?: readonly string[];
}

export interface LayerInput {
  readonly stacks: readonly StackVariables[];
  /** What was found out about the host, by name; stronger than a Compose file's default. */
  readonly autodetected?: ReadonlyMap<string, string>;
  /** `dockfra.yaml`, section `env`. */
  readonly declared?: Readonly<Record<string, DeclaredVariable>>;
  /** `dockfra/.env`. */
  readonly envFile?: ReadonlyMap<string, string>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Whether somebody else than the stacks uses a variable, so that it is not called unused. */
  readonly isUsedElsewhere?: (name: string) => boolean;
}
