import { describe, expect, test } from "vitest";
import { newId } from "../../../bus/kernel/ids.ts";
import type { TimerFired } from "../../../bus/messages/flow.ts";
import type { Delivery } from "../../../bus/ports/work.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { newFlow } from "./samples.ts";

/** The contract of durable timers. */
export function timerContract(factory: BusFactory): void {
  describe("timers", () => {
    const bus = useBus(factory);

    const takeFired = async () => {
      const core = await bus.core();
      const fired = createInbox<TimerFired & { atMs: number }>();
      const take = async (delivery: Delivery<TimerFired>) => {
        delivery.ack();
        fired.add({ ...delivery.message, atMs: Date.now() });
      };
      bus.run(core.timers.takeFired({ signal: bus.signal, maxInHand: 10 }, take));
      return { core, fired };
    };

    test("fire once, when due, to one of the orchestrators", async () => {
      const [one, two] = [await takeFired(), await takeFired()];
      const flow = newFlow();
      const dueAtMs = Date.now() + 1_500;
      await one.core.timers.set({ flow, name: "step.timeout", version: 3 }, dueAtMs);
      const last = newFlow();
      await one.core.timers.set({ flow: last, name: "last", version: 1 }, dueAtMs + 1_500);
      await Promise.race([one, two].map(({ fired }) => fired.first((timer) => timer.flow.id === last.id)));
      const all = [...one.fired.items, ...two.fired.items].filter((timer) => timer.flow.id === flow.id);
      expect(all).toMatchObject([{ flow, name: "step.timeout", version: 3 }]);
      // NATS schedules count in whole seconds of their own, so a second early is still due.
      expect(all[0]?.atMs).toBeGreaterThan(dueAtMs - 1_000);
    });

    test("fire at once where they are overdue", async () => {
      const { core, fired } = await takeFired();
      const flow = newFlow();
      await core.timers.set({ flow, name: "late", version: 1 }, Date.now() - 60_000);
      expect(await fired.first((timer) => timer.flow.id === flow.id)).toMatchObject({
        name: "late",
        version: 1,
      });
    });

    test("are cancelled and replaced by their name, and leave others alone", async () => {
      const { core, fired } = await takeFired();
      const [flow, last] = [newFlow(), newFlow()];
      const dueAtMs = Date.now() + 1_500;
      await core.timers.set({ flow, name: "cancelled", version: 1 }, dueAtMs);
      await core.timers.set({ flow, name: "replaced", version: 1 }, dueAtMs);
      await core.timers.set({ flow, name: "kept", version: 1 }, dueAtMs);
      await core.timers.cancel(flow, "cancelled");
      await core.timers.cancel(flow, `never-${newId()}`);
      await core.timers.set({ flow, name: "replaced", version: 2 }, dueAtMs);
      await core.timers.set({ flow: last, name: "last", version: 1 }, dueAtMs + 1_500);
      await fired.first((timer) => timer.flow.id === last.id);
      const names = fired.items
        .filter((timer) => timer.flow.id === flow.id)
        .map(({ name, version }) => `${name} ${version}`);
      expect(names.toSorted()).toEqual(["kept 1", "replaced 2"]);
    });

    test("come again when they are not acked", async () => {
      const core = await bus.core();
      const seen = createInbox<number>();
      const flow = newFlow();
      const take = async (delivery: Delivery<TimerFired>) => {
        seen.add(delivery.message.version);
        if (seen.items.length > 1) delivery.ack();
      };
      bus.run(core.timers.takeFired({ signal: bus.signal, maxInHand: 1 }, take));
      await core.timers.set({ flow, name: "again", version: 5 }, Date.now());
      expect(await seen.atLeast(2)).toEqual([5, 5]);
    });
  });
}
