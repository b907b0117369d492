import type { FileChange } from "../../bus/messages/host-work.ts";
import type { FixStep, StackPlace } from "./plan.ts";
import type { UndoOf } from "./undo.ts";

/** What a step needs to know. */
export interface StepContext {
  /** `<root>/dockfra`. */
  readonly stateDir: string;
  readonly place: StackPlace;
  /** The fix's id. */
  readonly fix: string;
  /** Values that are stronger than those of the env files. */
  readonly values?: Readonly<Record<string, string>>;
  /** Changes files where the project is not writable from here; default: here. */
  readonly changeFile?: (change: FileChange) => Promise<void>;
  readonly signal?: AbortSignal;
  /** Told what is done; must not throw. */
  readonly onLine?: (line: string) => void;
  /** Gets the program at work. */
  readonly onStarted?: (pid: number) => void;
}

export type StepOf<K extends FixStep["do"]> = Extract<FixStep, { readonly do: K }>;

/** How one kind of step is done and taken back. */
export interface StepKind<K extends FixStep["do"]> {
  /** Looks at what is there now; changes nothing. */
  note(step: StepOf<K>, context: StepContext): UndoOf<K> | Promise<UndoOf<K>>;
  apply(step: StepOf<K>, context: StepContext, undo: UndoOf<K>): void | Promise<void>;
  revert(undo: UndoOf<K>, context: StepContext): void | Promise<void>;
}
