/** What an operation gets beside its input. */
export interface OperationContext {
  /** Sends one line of text to whoever asked, at once; must not throw. */
  readonly line: (text: string) => void;
  /** Aborted when whoever asked is gone or the agent stops. */
  readonly signal: AbortSignal;
}

/** Something that an agent does itself for its role's shell; parses its own input. @throws coded refusals */
export type Operation = (input: unknown, context: OperationContext) => Promise<unknown>;

/** What `perform` of the door reaches in one role, by name. */
export type Operations = Readonly<Record<string, Operation>>;
