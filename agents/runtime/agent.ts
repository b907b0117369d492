import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../bus/kernel/errors.ts";
import {
  needsClaim,
  type CommandMessage,
  type CommandType,
  type ResultMessage,
} from "../../bus/messages/commands.ts";
import type { Envelope } from "../../bus/messages/envelope.ts";
import type { Delivery } from "../../bus/ports/work.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { Outcome } from "./command-run.ts";
import { performWhileWanted } from "./still-wanted.ts";
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
  const held = new Set<Promise<void>>();
  try {
    log.info({ worker, instance }, "agent started");
    await bus.takeCommands({ signal, maxInHand }, (delivery) =>
      handle({ ...options, hand, beatNow, held }, delivery),
    );
    await Promise.all(held);
  } finally {
    clearInterval(heart);
    clearTimeout(beatSoon);
    log.info({ worker, instance }, "agent stopped");
  }
}

interface Work extends AgentOptions {
  readonly hand: WorkInHand;
  readonly beatNow: () => void;
  /** Commands that wait for a person: they take no place among those in hand. */
  readonly held: Set<Promise<void>>;
}

async function handle(work: Work, delivery: Delivery<CommandMessage>): Promise<void> {
  const { hand, handOver, signal, beatNow } = work;
  const { message } = delivery;
  if (signal.aborted) return delivery.nak();
  // who began it by hand at another instance is to go on there
  if (handOver?.handsOf(message) === "elsewhere") return delivery.nak(laterMs);
  // the first copy answers for both
  if (!hand.begin(message.id)) return delivery.ack();
  const alive = setInterval(() => delivery.working(), workingMs);
  let end: "now" | "later" = "now";
  try {
    // who claims must be known to have it in work, or another instance could take it over
    if (needsClaim(message.type as CommandType)) beatNow();
    end = await perform(work, delivery);
  } finally {
    clearInterval(alive);
    if (end === "now") hand.end(message.id);
  }
}

async function perform(work: Work, delivery: Delivery<CommandMessage>): Promise<"now" | "later"> {
  const { hand, handOver, signal } = work;
  const { message, envelope } = delivery;
  const type = message.type as CommandType;
  const answered = hand.recall(message.id);
  if (answered === undefined && needsClaim(type)) {
    const claim = await claimCommand(work, message);
    if (claim === "taken") delivery.ack();
    if (claim === "later") delivery.nak(laterMs);
    if (claim !== "mine") return "now";
  }
  const outcome: Outcome | "taken" =
    answered !== undefined
      ? { ok: true, output: answered }
      : handOver?.handsOf(message) === "here"
        ? "taken"
        : await performUnlessTaken(work, message);
  if (outcome === "taken") {
    // from here on the heartbeat keeps the command ours; without it, it is sent again
    delivery.ack();
    const held = holdForPerson(work, message, envelope).finally(() => {
      work.held.delete(held);
      hand.end(message.id);
    });
    work.held.add(held);
    return "later";
  }
  if (signal.aborted && !outcome.ok) delivery.nak();
  else if (await report(work, message, envelope, outcome)) delivery.ack();
  else delivery.nak();
  return "now";
}

/** Performs a command; `taken` where a person took its work away meanwhile. */
async function performUnlessTaken(work: Work, message: CommandMessage): Promise<Outcome | "taken"> {
  if (!work.handOver) return performWhileWanted(work, message);
  using begun = work.handOver.begin(message);
  const signal = AbortSignal.any([work.signal, begun.taken]);
  const outcome = await performWhileWanted({ ...work, signal }, message);
  return !outcome.ok && begun.taken.aborted && !work.signal.aborted ? "taken" : outcome;
}

/** Keeps a command while a person does its work, then reports what they made, or does it where they gave it back. Never rejects. */
async function holdForPerson(work: Work, message: CommandMessage, envelope: Envelope): Promise<void> {
  const { handOver, signal, log } = work;
  if (!handOver) return;
  const fields = { command: message.id };
  log.info(fields, "a person works on it");
  try {
    for (;;) {
      const back = await handOver.wait(message, signal);
      const outcome: Outcome | "taken" =
        back.kind === "done" ? { ok: true, output: back.output } : await performUnlessTaken(work, message);
      if (outcome === "taken") continue;
      if (signal.aborted && !outcome.ok) return;
      if ((await report(work, message, envelope, outcome)) && back.kind === "done")
        handOver.reported(message);
      return;
    }
  } catch (error) {
    if (!signal.aborted) log.warn({ ...fields, err: error }, "nobody waits for it any more");
  }
}

/** Reports an outcome; false where the agent stops before the bus has it. */
async function report(
  work: Work,
  message: CommandMessage,
  envelope: Envelope,
  outcome: Outcome,
): Promise<boolean> {
  const { hand, instance, log } = work;
  if (!outcome.ok && outcome.error.code === "lease_lost") {
    log.warn({ command: message.id, type: message.type }, "dropped: another instance has the command now");
    return true;
  }
  if (outcome.ok) hand.remember(message.id, outcome.output);
  const { id: commandId, type, flow } = message;
  return reportUntilStored(work, { commandId, type, flow, instance, outcome }, envelope);
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
  { bus, signal, log }: AgentOptions,
  result: ResultMessage,
  causedBy: Envelope,
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
