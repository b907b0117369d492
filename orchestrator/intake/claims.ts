import { conflict, toDockfraError, type DockfraError } from "../../bus/kernel/errors.ts";
import type { FlowRecord, FlowRef, PendingCommand } from "../../bus/messages/flow.ts";
import type { IntentRequest } from "../../bus/ports/intents.ts";
import type { FlowRunner } from "../flows/runner.ts";
import type { Presence } from "../presence.ts";

interface ClaimInput {
  readonly flow: FlowRef;
  readonly commandId: string;
  readonly instance: string;
}

/** Gives a fenced command to one instance at a time, and to another only when the holder is gone. */
export function createClaims(runner: FlowRunner, presence: Presence) {
  async function pendingOf({ flow, commandId }: ClaimInput): Promise<PendingCommand> {
    const known = find((await runner.load(flow))?.record, commandId);
    // What is known here may be old; only "nobody has it" is proved by the append itself.
    const pending = known && !known.holder ? known : find((await runner.newest(flow))?.record, commandId);
    if (pending) return pending;
    throw late(flow, commandId);
  }

  function mayTake(holder: PendingCommand["holder"], commandId: string): boolean {
    return !holder || (presence.isComplete() && !presence.holds(holder.instance, commandId));
  }

  async function claimOnce(request: IntentRequest, input: ClaimInput): Promise<{ lease: number } | "stale"> {
    const { flow, commandId, instance } = input;
    const { holder, verb } = await pendingOf(input);
    if (holder?.instance === instance) return { lease: holder.lease };
    if (!mayTake(holder, commandId)) throw held(commandId, holder);
    const over = holder?.lease ?? 0;
    const outcome = await runner.apply({
      ref: flow,
      event: { type: `${verb}.claimed`, commandId, instance },
      // Named by what it replaces: an instance may come back after another one had the command.
      cause: { id: `claim.${commandId}.${instance}.${over}`, kind: "intent", principal: request.principal },
      correlationId: request.envelope.correlationId,
      command: { id: commandId, instance, over },
    });
    if (outcome.kind === "refused" && outcome.error.code === "command_held") return "stale";
    if (outcome.kind === "refused") throw toDockfraError(outcome.error);
    if (outcome.kind === "taken") throw late(flow, commandId);
    const now = find(outcome.record, commandId);
    if (!now) throw late(flow, commandId);
    if (now.holder?.instance !== instance) throw held(commandId, now.holder);
    return { lease: now.holder.lease };
  }

  return {
    /** @throws result_late, command_held */
    async claim(request: IntentRequest): Promise<{ lease: number }> {
      const input = request.input as ClaimInput;
      const first = await claimOnce(request, input);
      const lease = first === "stale" ? await claimOnce(request, input) : first;
      if (lease === "stale") throw held(input.commandId, undefined);
      return lease;
    },

    /** Whether the flow still waits for this command from this instance. */
    async check(request: IntentRequest): Promise<{ valid: boolean }> {
      const { flow, commandId, instance } = request.input as ClaimInput;
      const pending = find((await runner.newest(flow))?.record, commandId);
      return { valid: pending !== undefined && (!pending.holder || pending.holder.instance === instance) };
    },
  };
}
export type Claims = ReturnType<typeof createClaims>;

function find(record: FlowRecord | undefined, commandId: string): PendingCommand | undefined {
  return record?.pending.find(({ id }) => id === commandId);
}

function late(flow: FlowRef, commandId: string): DockfraError {
  return conflict("result_late", `${flow.id} no longer waits for ${commandId}.`, {
    params: { flow: flow.id, command: commandId },
  });
}

function held(commandId: string, holder: PendingCommand["holder"]): DockfraError {
  return conflict("command_held", `${commandId} is held by ${holder?.instance ?? "another"}.`, {
    params: { command: commandId, holder: holder?.instance ?? "" },
    retryable: true,
  });
}
