import type { CommandInput, CommandOutput, CommandType } from "../../bus/messages/commands.ts";
import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { FlowRef } from "../../bus/messages/flow.ts";
import type { Logger } from "../../bus/kernel/log.ts";

/** Tells on the feed how far a command is: a code with parameters, and a free line. */
export type Progress = (code: string, params?: ErrorParams, text?: string) => void;

/** What a handler gets beside its input. */
export interface HandlerContext {
  /** Id of the command: the key under which its effects are found again. */
  readonly commandId: string;
  readonly flow: FlowRef;
  /** Aborted when the agent stops: leave everything so that a repeat can go on. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Tells why something was decided, in one sentence. */
  readonly decided: (code: string, params: ErrorParams, text: string) => void;
  /** To be asked right before an effect that cannot be taken back. @throws conflict `lease_lost` */
  readonly assertLease: () => Promise<void>;
  readonly log: Logger;
}

export type Handler<T extends CommandType> = (
  input: CommandInput<T>,
  context: HandlerContext,
) => Promise<CommandOutput<T>>;

/** The commands that one worker does. */
export type Handlers = { readonly [T in CommandType]?: Handler<T> };
