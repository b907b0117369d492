import { describe, expect, test } from "vitest";
import type { CommandMessage, FlowMessage, ResultMessage } from "../../../bus/messages/commands.ts";
import type { Worker } from "../../../bus/messages/principals.ts";
import type { Delivery } from "../../../bus/ports/work.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { cause, checkoutCommand, flowMessage, mergeCommand, mergeResult } from "./samples.ts";

const first = { attempt: 0, causedBy: cause } as const;

/** The contract of what comes back to the orchestrator: results, and events between flows. */
export function resultContract(factory: BusFactory): void {
  describe("results", () => {
    const bus = useBus(factory);

    test("brings a result back with the worker that the subject proves", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const results = createInbox<Delivery<ResultMessage & { worker: Worker }>>();
      const takeResult = async (delivery: Delivery<ResultMessage & { worker: Worker }>) => {
        delivery.ack();
        results.add(delivery);
      };
      bus.run(core.takeResults({ signal: bus.signal, maxInHand: 5 }, takeResult));
      const commandEnvelope = Promise.withResolvers<Delivery<CommandMessage>["envelope"]>();
      const takeCommand = async (delivery: Delivery<CommandMessage>) => {
        await developer.report(mergeResult(delivery.message), delivery.envelope);
        delivery.ack();
        commandEnvelope.resolve(delivery.envelope);
      };
      bus.run(developer.takeCommands({ signal: bus.signal, maxInHand: 1 }, takeCommand));
      const command = mergeCommand();
      await core.dispatch(command, first);
      const [result] = await results.atLeast(1);
      expect(result?.message).toEqual({ ...mergeResult(command), worker: "developer" });
      expect(result?.envelope).toMatchObject({
        correlationId: cause.correlationId,
        causationId: (await commandEnvelope.promise).id,
      });
    });

    test("carries a failure as a result too", async () => {
      const [core, host] = [await bus.core(), await bus.worker("host", "host-1")];
      const results = createInbox<ResultMessage>();
      const take = async (delivery: Delivery<ResultMessage>) => {
        delivery.ack();
        results.add(delivery.message);
      };
      bus.run(core.takeResults({ signal: bus.signal, maxInHand: 5 }, take));
      const { id, type, flow } = checkoutCommand();
      const error = {
        kind: "conflict" as const,
        code: "checkout_dirty",
        message: "It is dirty.",
        retryable: false,
        params: { files: 2 },
      };
      const result = {
        commandId: id,
        type,
        flow,
        instance: "host-1",
        outcome: { ok: false as const, error },
      };
      await host.report(result, { ...cause, type, atMs: 1, data: null });
      expect(await results.atLeast(1)).toEqual([{ ...result, worker: "host" }]);
    });

    test("lets no worker report another's command, nor what is no result", async () => {
      const host = await bus.worker("host", "host-1");
      const envelope = { ...cause, type: "developer.merge", atMs: 1, data: null };
      await expect(host.report(mergeResult(mergeCommand()), envelope)).rejects.toMatchObject({
        kind: "denied",
        code: "not_allowed",
      });
      const developer = await bus.worker("developer", "dev-1");
      const broken = { ...mergeResult(mergeCommand()), outcome: { ok: "maybe" } } as unknown as ResultMessage;
      await expect(developer.report(broken, envelope)).rejects.toMatchObject({ kind: "invalid_input" });
    });

    test("carries an event from one flow to another, each attempt once", async () => {
      const [core, other] = [await bus.core(), await bus.core()];
      const [message, last] = [flowMessage(), flowMessage()];
      for (const attempt of [0, 0, 1]) await core.send(message, { ...first, attempt });
      await core.send(last, first);
      const seen = createInbox<FlowMessage>();
      const take = async (delivery: Delivery<FlowMessage>) => {
        delivery.ack();
        seen.add(delivery.message);
      };
      bus.run(other.takeFlowMessages({ signal: bus.signal, maxInHand: 1 }, take));
      await seen.first(({ id }) => id === last.id);
      expect(seen.items.filter(({ id }) => id === message.id)).toEqual([message, message]);
    });
  });
}
