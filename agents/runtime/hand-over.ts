import type { CommandMessage, CommandOutput, CommandType } from "../../bus/messages/commands.ts";

/** Whose hands a command's work is in: the agent's, a person's at this instance, or a person's at another one. */
export type Hands = "agent" | "here" | "elsewhere";

/** How a person is done with a command's work. */
export type HandedBack =
  | { readonly kind: "done"; readonly output: CommandOutput<CommandType> }
  | { readonly kind: "released" };

/** Lets a person take a command's work from the agent, which keeps the command itself and its claim. */
export interface HandOver {
  handsOf(message: CommandMessage): Hands;
  /** Says that the agent begins with a command's work; the signal is aborted when a person takes it. Dispose of it when the work ended. */
  begin(message: CommandMessage): { readonly taken: AbortSignal } & Disposable;
  /** Waits until the person is done. @throws `lease_lost` where nobody waits for the command any more; the signal's reason */
  wait(message: CommandMessage, signal: AbortSignal): Promise<HandedBack>;
  /** Called when the bus has the result of a command that a person was done with. */
  reported(message: CommandMessage): void;
}
