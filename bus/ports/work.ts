import type { CommandMessage, FlowMessage, Heartbeat, ResultMessage } from "../messages/commands.ts";
import type { Envelope } from "../messages/envelope.ts";
import type { Worker } from "../messages/principals.ts";

/** One message in hand; it comes again unless it is acked, refused or kept alive. */
export interface Delivery<T> {
  readonly message: T;
  readonly envelope: Envelope;
  /** Done with it; never again. */
  ack(): void;
  /** Not now; again after the delay. */
  nak(delayMs?: number): void;
  /** Still at it: puts off the redelivery by the ack wait (30 s). */
  working(): void;
}

export interface ConsumeOptions {
  readonly signal: AbortSignal;
  /** How many may be in hand at once. */
  readonly maxInHand: number;
}

/** A handler that throws leads to a redelivery; a message that cannot be parsed is dead-lettered by the bus. */
export type Handle<T> = (delivery: Delivery<T>) => Promise<void>;

/** Sends work out; the work queue forgets on a crash of the server, so the sender sends again from the flows. */
export interface Dispatcher {
  /** `attempt` above 0 is sent although an earlier attempt was. `causedBy` hands on correlation and trace. */
  dispatch(
    message: CommandMessage,
    options: { attempt: number; causedBy: Pick<Envelope, "id" | "correlationId"> },
  ): Promise<void>;
  send(
    message: FlowMessage,
    options: { attempt: number; causedBy: Pick<Envelope, "id" | "correlationId"> },
  ): Promise<void>;
}

/** Takes what comes back, on the orchestrator's side. Resolves when the signal ends it and what is in hand is done. */
export interface ResultSource {
  takeResults(options: ConsumeOptions, handle: Handle<ResultMessage & { worker: Worker }>): Promise<void>;
  takeFlowMessages(options: ConsumeOptions, handle: Handle<FlowMessage>): Promise<void>;
}

/** Takes commands, on a worker's side. */
export interface CommandSource {
  takeCommands(options: ConsumeOptions, handle: Handle<CommandMessage>): Promise<void>;
}

/** Reports a command's result; resolves once the stream has it. */
export interface ResultReporter {
  report(result: ResultMessage, causedBy: Envelope): Promise<void>;
}

/** Says which commands an instance has in work. */
export interface HeartbeatSender {
  beat(heartbeat: Heartbeat): void;
}

export interface HeartbeatSource {
  watchHeartbeats(onBeat: (heartbeat: Heartbeat) => void, signal: AbortSignal): Promise<void>;
}
