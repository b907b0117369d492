import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import {
  needsClaim,
  type CommandMessage,
  type CommandType,
  type ResultMessage,
} from "../../bus/messages/commands.ts";
import type { Envelope } from "../../bus/messages/envelope.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import type { Delivery } from "../../bus/ports/work.ts";
import type { AgentOptions } from "./agent-options.ts";
import { performCommand, type Outcome } from "./command-run.ts";
import { createWorkInHand, type WorkInHand } from "./work-in-hand.ts";

const heartbeatMs = 2_000;
/** Starts and ends of commands within this time are told by one heartbeat. */
const gatherMs = 50;
const workingMs = 10_000;
const laterMs = 2_000;
const maxRetryMs = 5_000;

/** Does a worker's commands until the signal: claim, perform, report until the bus has it, ack last. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { worker, instance, bus, signal, log, maxInHand = 4 } = options;
  const beat = (): void =>
    bus.beat({ part: worker, instance, pid: process.pid, atMs: Date.now(), running: [...hand.running] });
  let beatSoon: NodeJS.Timeout | undefined;
  const hand: WorkInHand = createWorkInHand(() => (beatSoon ??= setTimeout(beatNow, gatherMs)));
  function beatNow(): void {
    clearTimeout(beatSoon);
    beatSoon = undefined;
    beat();
  }
  beat();
  const heart = setInterval(beat, heartbeatMs);
  try {
    log.info({ worker, instance }, "agent started");
    await bus.takeCommands({ signal, maxInHand }, (delivery) => handle(options, hand, beatNow, delivery));
  } finally {
    clearInterval(heart);
    clearTimeout(beatSoon);
    log.info({ worker, instance }, "agent stopped");
  }
}

async function handle(
  options: AgentOptions,
  hand: WorkInHand,
  beatNow: () => void,
  delivery: Delivery<CommandMessage>,
): Promise<void> {
  const { message } = delivery;
  if (options.signal.aborted) return delivery.nak();
  // the first copy answers for both
  if (!hand.begin(message.id)) return delivery.ack();
  const alive = setInterval(() => delivery.working(), workingMs);
  try {
    // who claims must be known to have it in work, or another instance could take it over
    if (needsClaim(message.type as CommandType)) beatNow();
    await perform(options, hand, delivery);
  } finally {
    clearInterval(alive);
    hand.end(message.id);
  }
}

async function perform(
  options: AgentOptions,
  hand: WorkInHand,
  delivery: Delivery<CommandMessage>,
): Promise<void> {
  const { bus, log, signal } = options;
  const { message, envelope } = delivery;
  const type = message.type as CommandType;
  const fields = { command: message.id, type };
  const answered = hand.recall(message.id);
  if (answered === undefined && needsClaim(type)) {
    const claim = await claimCommand(options, message);
    if (claim === "taken") return delivery.ack();
    if (claim === "later") return delivery.nak(laterMs);
  }
  const outcome: Outcome =
    answered === undefined ? await performCommand(options, message) : { ok: true, output: answered };
  if (signal.aborted && !outcome.ok) return delivery.nak();
  if (!outcome.ok && outcome.error.code === "lease_lost") {
    log.warn(fields, "dropped: another instance has the command now");
    return delivery.ack();
  }
  if (outcome.ok) hand.remember(message.id, outcome.output);
  const result: ResultMessage = {
    commandId: message.id,
    type,
    flow: message.flow,
    instance: options.instance,
    outcome,
  };
  if (!(await reportUntilStored(bus, result, envelope, signal, log))) return delivery.nak();
  delivery.ack();
}

/** Asks to be the one who does it; a coded refusal means that somebody else is, or that nobody needs it any more. */
async function claimCommand(
  { bus, instance, log }: AgentOptions,
  { id, flow }: CommandMessage,
): Promise<"mine" | "taken" | "later"> {
  try {
    await bus.ask(
      "command.claim",
      { flow, commandId: id, instance },
      { id: `claim.${id}.${instance}`.slice(0, 100) },
    );
    return "mine";
  } catch (error) {
    const refused = error instanceof DockfraError && error.kind !== "unavailable" && !error.retryable;
    log.info({ command: id, err: error }, refused ? "the command is not ours" : "the claim was not answered");
    return refused ? "taken" : "later";
  }
}

/** Reports again and again until the bus has it; false where the agent stops first. */
async function reportUntilStored(
  bus: WorkerBus,
  result: ResultMessage,
  causedBy: Envelope,
  signal: AbortSignal,
  log: Logger,
): Promise<boolean> {
  for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, maxRetryMs)) {
    try {
      await bus.report(result, causedBy);
      return true;
    } catch (error) {
      log.warn({ command: result.commandId, err: error }, "the result was not taken, trying again");
    }
    if (signal.aborted) return false;
    await sleep(waitMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
