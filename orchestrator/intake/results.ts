import { DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import {
  commands,
  type CommandType,
  type FlowMessage,
  type ResultMessage,
} from "../../bus/messages/commands.ts";
import type { FlowEvent, TimerFired } from "../../bus/messages/flow.ts";
import type { Worker } from "../../bus/messages/principals.ts";
import type { DeadLetters } from "../../bus/ports/stores.ts";
import type { Delivery } from "../../bus/ports/work.ts";
import type { FlowRunner, Outcome } from "../flows/runner.ts";
import type { FlowInput } from "../flows/step.ts";

/** Refusals of messages that came late or twice: expected, and of no interest to a person. */
const lateCodes: readonly string[] = [
  "result_late",
  "lease_lost",
  "timer_stale",
  "event_refused",
  "not_now",
  "flow_unknown",
];

/** What a bus answers to a record that is larger than a message may be. */
const tooLargeCode = "message_too_large";

/** Handles what comes back from workers, other flows and timers: apply, then ack; a late one is only acked. */
export function createResultIntake(runner: FlowRunner, dead: DeadLetters, log: Logger) {
  async function apply(input: FlowInput): Promise<Outcome> {
    try {
      return await runner.apply(input);
    } catch (error) {
      if (!(error instanceof DockfraError) || error.code !== tooLargeCode || !input.command) throw error;
      // A result that does not fit must not come again for ever: the step fails with the reason.
      const type = input.event.type.replace(/\.done$/, ".failed");
      return runner.apply({ ...input, event: { type, error: error.toJSON() } });
    }
  }

  async function settle(delivery: Delivery<unknown>, input: FlowInput, stream: string): Promise<void> {
    const outcome = await apply(input);
    if (outcome.kind === "refused") {
      const { error } = outcome;
      log.debug({ flow: input.ref.id, event: input.event.type, code: error.code }, "refused");
      if (!lateCodes.includes(error.code)) {
        const body = Buffer.from(JSON.stringify(delivery.envelope));
        await dead.bury({ stream, subject: `${input.ref.kind}/${input.ref.id}`, body, error });
      }
    }
    delivery.ack();
  }

  return {
    async result(delivery: Delivery<ResultMessage & { worker: Worker }>): Promise<void> {
      const { message, envelope } = delivery;
      await settle(
        delivery,
        {
          ref: message.flow,
          event: toEvent(message),
          cause: { id: envelope.id, kind: "result", principal: message.worker },
          correlationId: envelope.correlationId,
          command: { id: message.commandId, instance: message.instance },
        },
        "DONE",
      );
    },

    async flowMessage(delivery: Delivery<FlowMessage>): Promise<void> {
      const { message, envelope } = delivery;
      await settle(
        delivery,
        {
          ref: message.to,
          event: message.event,
          cause: { id: message.id, kind: "flow", principal: "orchestrator" },
          correlationId: envelope.correlationId,
        },
        "COMMANDS",
      );
    },

    async timer(delivery: Delivery<TimerFired>): Promise<void> {
      const input = await timerInput(runner, delivery.message);
      if (input) await settle(delivery, input, "TIMERS");
      else delivery.ack();
    },
  };
}

/** The input of a timer that fired, or `undefined` where it is not set any more. */
export async function timerInput(runner: FlowRunner, fired: TimerFired): Promise<FlowInput | undefined> {
  const { flow, name, version } = fired;
  const known = await runner.load(flow);
  const stored = known?.record.timers[name]?.version === version ? known : await runner.newest(flow);
  const timer = stored?.record.timers[name];
  if (!stored || timer?.version !== version) return undefined;
  return {
    ref: flow,
    event: timer.event,
    cause: {
      id: `timer.${flow.kind}.${flow.id}.${version}.${name}`,
      kind: "timer",
      principal: "orchestrator",
    },
    correlationId: stored.record.correlationId,
    timer: { name, version },
  };
}

/** The event of a result; one whose worker does not keep to its schema fails the step with that as the reason. */
function toEvent({ type, commandId, instance, outcome }: ResultMessage): FlowEvent {
  if (!outcome.ok) return { type: `${type}.failed`, error: outcome.error, commandId, instance };
  const parsed = commands[type as CommandType].output.safeParse(outcome.output);
  if (parsed.success) return { type: `${type}.done`, output: parsed.data, commandId, instance };
  const error = invalidInput(
    "result_invalid",
    `${instance} answered "${type}" with something else than agreed: ${parsed.error.issues[0]?.message ?? ""}. Are all parts of one version?`,
    { params: { type, instance } },
  );
  return { type: `${type}.failed`, error: error.toJSON(), commandId, instance };
}
