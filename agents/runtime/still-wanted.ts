import { needsClaim, type CommandMessage, type CommandType } from "../../bus/messages/commands.ts";
import type { AgentOptions } from "./agent-options.ts";
import { performCommand, type Outcome } from "./command-run.ts";
import { leaseLost } from "./lease.ts";

const askEveryMs = 3_000;

/**
 * Performs a command, and stops where nobody waits for it any more: a ticket that was cancelled, paused or given to
 * another must not hold the sandbox until its tests end. Only work with a claim is long enough to be asked about.
 */
export async function performWhileWanted(
  options: AgentOptions,
  message: CommandMessage,
  { everyMs = askEveryMs } = {},
): Promise<Outcome> {
  if (!needsClaim(message.type as CommandType)) return performCommand(options, message);
  const unwanted = new AbortController();
  const timer = setInterval(() => void askOnce(options, message, unwanted), everyMs);
  try {
    const signal = AbortSignal.any([options.signal, unwanted.signal]);
    const outcome = await performCommand({ ...options, signal }, message);
    return !outcome.ok && unwanted.signal.aborted
      ? { ok: false, error: leaseLost(message.id).toJSON() }
      : outcome;
  } finally {
    clearInterval(timer);
  }
}

async function askOnce(
  { bus, instance, log }: AgentOptions,
  { id, flow }: CommandMessage,
  unwanted: AbortController,
): Promise<void> {
  try {
    const { valid } = await bus.ask("command.check", { flow, commandId: id, instance });
    if (!valid) unwanted.abort();
  } catch (error) {
    // nobody can say now; the effect itself asks again before it is made
    log.debug({ command: id, err: error }, "whether it is still wanted was not answered");
  }
}
