import { conflict } from "../../bus/kernel/errors.ts";
import type { FlowRef, PendingCommand } from "../../bus/messages/flow.ts";
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
    const stored = await runner.load(flow);
    const pending = stored?.record.pending.find(({ id }) => id === commandId);
    if (pending) return pending;
    throw conflict("result_late", `${flow.id} no longer waits for ${commandId}.`, {
      params: { flow: flow.id, command: commandId },
    });
  }

  function mayTake(holder: PendingCommand["holder"], commandId: string): boolean {
    return !holder || (presence.isComplete() && !presence.holds(holder.instance, commandId));
  }

  return {
    /** @throws result_late, command_held */
    async claim(request: IntentRequest): Promise<{ lease: number }> {
      const input = request.input as ClaimInput;
      const pending = await pendingOf(input);
      if (pending.holder?.instance === input.instance) return { lease: pending.holder.lease };
      if (!mayTake(pending.holder, input.commandId)) {
        throw conflict("command_held", `${input.commandId} is held by ${pending.holder?.instance ?? "another"}.`, {
          params: { command: input.commandId, holder: pending.holder?.instance ?? "" },
          retryable: true,
        });
      }
      const { envelope, principal } = request;
      const outcome = await runner.apply({
        ref: input.flow,
        event: { type: `${pending.verb}.claimed`, commandId: input.commandId, instance: input.instance },
        cause: { id: envelope.id, kind: "intent", principal },
        correlationId: envelope.correlationId,
        command: { id: input.commandId, instance: input.instance },
      });
      if (outcome.kind === "moved") return { lease: outcome.record.version };
      if (outcome.kind === "repeated") return { lease: outcome.version };
      throw conflict("result_late", `${input.flow.id} no longer waits for ${input.commandId}.`, {
        params: { flow: input.flow.id, command: input.commandId },
      });
    },

    /** Whether the flow still waits for this command from this instance. */
    async check(request: IntentRequest): Promise<{ valid: boolean }> {
      const { flow, commandId, instance } = request.input as ClaimInput;
      const stored = await runner.load(flow);
      const pending = stored?.record.pending.find(({ id }) => id === commandId);
      return { valid: pending !== undefined && (!pending.holder || pending.holder.instance === instance) };
    },
  };
}
export type Claims = ReturnType<typeof createClaims>;
