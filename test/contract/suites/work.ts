import { describe, expect, test } from "vitest";
import { newId } from "../../../bus/kernel/ids.ts";
import type { CommandMessage } from "../../../bus/messages/commands.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { Delivery } from "../../../bus/ports/work.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { cause, checkoutCommand, mergeCommand } from "./samples.ts";

const first = { attempt: 0, causedBy: cause } as const;

/** The contract of dispatch and consumption. */
export function workContract(factory: BusFactory): void {
  describe("work", () => {
    const bus = useBus(factory);

    /** Lets a worker ack all it is handed, and gives the ids. */
    const takeAll = (worker: WorkerBus) => {
      const ids = createInbox<string>();
      const take = async (delivery: Delivery<CommandMessage>) => {
        delivery.ack();
        ids.add(delivery.message.id);
      };
      bus.run(worker.takeCommands({ signal: bus.signal, maxInHand: 10 }, take));
      return ids;
    };

    test("hands a command over whole, with its cause", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const deliveries = createInbox<Delivery<CommandMessage>>();
      const take = async (delivery: Delivery<CommandMessage>) => {
        deliveries.add(delivery);
        delivery.ack();
      };
      bus.run(developer.takeCommands({ signal: bus.signal, maxInHand: 1 }, take));
      const command = mergeCommand();
      await core.dispatch(command, first);
      const [delivery] = await deliveries.atLeast(1);
      expect(delivery?.message).toEqual(command);
      expect(delivery?.envelope).toMatchObject({
        type: "developer.merge",
        causationId: cause.id,
        correlationId: cause.correlationId,
      });
    });

    test("keeps a command until its worker comes, and from every other worker", async () => {
      const core = await bus.core();
      const [merge, checkout] = [mergeCommand(), checkoutCommand()];
      await core.dispatch(merge, first);
      await core.dispatch(checkout, first);
      const forHost = takeAll(await bus.worker("host", "host-1"));
      const forDeveloper = takeAll(await bus.worker("developer", "dev-1"));
      expect(await forHost.atLeast(1)).toEqual([checkout.id]);
      expect(await forDeveloper.atLeast(1)).toEqual([merge.id]);
    });

    test("sends one attempt once and the next attempt again", async () => {
      const core = await bus.core();
      const [command, last] = [mergeCommand(), mergeCommand()];
      await core.dispatch(command, first);
      await core.dispatch(command, first);
      await core.dispatch(command, { ...first, attempt: 1 });
      await core.dispatch(command, { ...first, attempt: 1 });
      await core.dispatch(last, first);
      const ids = takeAll(await bus.worker("developer", "dev-1"));
      await ids.first((id) => id === last.id);
      expect(ids.items.filter((id) => id === command.id)).toHaveLength(2);
    });

    test("refuses a command that is unknown, astray or does not fit its schema", async () => {
      const core = await bus.core();
      const command = mergeCommand();
      for (const broken of [
        { ...command, type: "developer.dance" },
        { ...command, input: { ticket: 7 } },
        { ...command, flow: { kind: "ticket" as const, id: "a b" } },
      ]) {
        await expect(core.dispatch(broken, first)).rejects.toMatchObject({ kind: "invalid_input" });
      }
      await expect(core.dispatch({ ...command, worker: "monitor" }, first)).rejects.toThrow();
    });

    test("shares the commands of one worker among its instances, each to one", async () => {
      const core = await bus.core();
      const ids = ["dev-1", "dev-2"].map(async (instance) =>
        takeAll(await bus.worker("developer", instance)),
      );
      const [one, two] = await Promise.all(ids);
      const commands = Array.from({ length: 40 }, () => mergeCommand());
      await Promise.all(commands.map((command) => core.dispatch(command, first)));
      await expect
        .poll(() => (one?.items.length ?? 0) + (two?.items.length ?? 0), { timeout: 30_000 })
        .toBe(40);
      expect([...(one?.items ?? []), ...(two?.items ?? [])].toSorted()).toEqual(
        commands.map(({ id }) => id).toSorted(),
      );
    });

    test("gives a command again after nak, after a throw, and when nobody acks it", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const seen = createInbox<number>();
      const command = mergeCommand();
      const take = async (delivery: Delivery<CommandMessage>) => {
        seen.add(performance.now());
        const { length } = seen.items;
        if (length === 1) delivery.nak(300);
        else if (length === 2) throw new Error("The handler broke.");
        else if (length === 4) delivery.ack();
      };
      bus.run(developer.takeCommands({ signal: bus.signal, maxInHand: 1 }, take));
      await core.dispatch(command, first);
      const times = await seen.atLeast(4);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(250);
      expect((times[3] ?? 0) - (times[2] ?? 0)).toBeGreaterThan(bus.ackWaitMs * 0.8);
    });

    test("leaves a command with who is still working on it", async () => {
      const core = await bus.core();
      const seen = createInbox<string>();
      const done = createInbox<string>();
      const take = async (delivery: Delivery<CommandMessage>) => {
        seen.add(delivery.message.id);
        const alive = setInterval(() => delivery.working(), bus.ackWaitMs / 5);
        // Longer than the ack wait, so that only working() can hold it.
        await new Promise((resolve) => setTimeout(resolve, bus.ackWaitMs * 1.8));
        clearInterval(alive);
        delivery.ack();
        done.add(delivery.message.id);
      };
      for (const instance of ["dev-1", "dev-2"]) {
        const developer = await bus.worker("developer", instance);
        bus.run(developer.takeCommands({ signal: bus.signal, maxInHand: 1 }, take));
      }
      const command = mergeCommand();
      await core.dispatch(command, first);
      await done.atLeast(1);
      expect(seen.items).toEqual([command.id]);
    });

    test("gives the command of a closed connection to another instance", async () => {
      const core = await bus.core();
      const [lost, heir] = [await bus.worker("developer", "dev-1"), await bus.worker("developer", "dev-2")];
      const taken = createInbox<string>();
      const command = mergeCommand();
      bus.run(
        lost.takeCommands({ signal: bus.signal, maxInHand: 1 }, async ({ message }) => taken.add(message.id)),
      );
      await core.dispatch(command, first);
      await taken.atLeast(1);
      await lost[Symbol.asyncDispose]();
      expect(await takeAll(heir).first((id) => id === command.id)).toBe(command.id);
    });

    test("holds no more in hand than told, and ends with what is in hand done", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const end = new AbortController();
      const [started, release] = [createInbox<string>(), Promise.withResolvers<void>()];
      let [inHand, most, acked] = [0, 0, 0];
      const take = async (delivery: Delivery<CommandMessage>) => {
        most = Math.max(most, ++inHand);
        started.add(delivery.message.id);
        await release.promise;
        inHand--;
        acked++;
        delivery.ack();
      };
      const consuming = developer.takeCommands({ signal: end.signal, maxInHand: 3 }, take);
      for (let n = 0; n < 6; n++) await core.dispatch(mergeCommand(), first);
      await started.atLeast(3);
      expect(inHand).toBe(3);
      end.abort();
      release.resolve();
      await consuming;
      expect([most, inHand]).toEqual([3, 0]);
      expect(acked).toBe(started.items.length);
      await takeAll(developer).atLeast(6 - acked);
    });

    test("makes a dead letter of a message that cannot be read, and goes on", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const marker = newId();
      const subject = `${bus.prefix}.cmd.developer.any.merge`;
      const error = {
        kind: "unavailable" as const,
        code: "test_poison",
        message: "It is poison.",
        retryable: false,
        params: {},
      };
      await core.dead.bury({
        stream: `${bus.prefix}-COMMANDS`,
        subject,
        body: new TextEncoder().encode(`poison ${marker}`),
        error,
      });
      const [letter] = (await core.dead.list(100)).filter(({ bodyHead }) => bodyHead.includes(marker));
      // A retry is the port's way to put a body of one's own on a subject.
      await core.dead.retry(letter?.seq ?? 0);
      const ids = takeAll(developer);
      const command = mergeCommand();
      await core.dispatch(command, first);
      await ids.first((id) => id === command.id);
      const find = async () =>
        (await core.dead.list(100)).filter(({ bodyHead }) => bodyHead.includes(marker));
      await expect.poll(async () => (await find()).length, { timeout: 30_000 }).toBe(1);
      const [dead] = await find();
      expect(dead).toMatchObject({ subject, error: { kind: "invalid_input" } });
      expect(dead?.seq).not.toBe(letter?.seq);
      expect(ids.items).toEqual([command.id]);
    });
  });
}
