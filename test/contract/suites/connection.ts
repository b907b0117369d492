import { describe, expect, test } from "vitest";
import { useBus, type BusFactory } from "./harness.ts";
import { newFlow, recordOf } from "./samples.ts";

/** The contract of a connection's life. */
export function connectionContract(factory: BusFactory): void {
  describe("connection", () => {
    const bus = useBus(factory);

    test("calls ready at the start", async () => {
      for (const connection of [
        await bus.core(),
        await bus.worker("developer", "dev-1"),
        await bus.client("operator"),
      ]) {
        await new Promise<void>((resolve) => connection.onReady(resolve));
      }
    });

    test("ends with what lasts on it, and closes twice without harm", async () => {
      const core = await bus.core();
      const never = new AbortController();
      const lasting = [
        core.takeResults({ signal: never.signal, maxInHand: 1 }, async () => undefined),
        core.serveIntents(async () => ({ ok: true, data: {} }), never.signal),
        core.watchFeed(() => undefined, never.signal),
      ];
      await core[Symbol.asyncDispose]();
      await core[Symbol.asyncDispose]();
      await core.closed;
      await Promise.allSettled(lasting);
      await expect(core.flows.append(recordOf(newFlow()), { expectedSeq: 0 })).rejects.toMatchObject({
        kind: "unavailable",
      });
    });

    test("tells of its server", async () => {
      const core = await bus.core();
      expect(await core.serverInfo()).toEqual({
        version: expect.stringMatching(/./),
        sync: expect.stringMatching(/./),
      });
    });
  });
}
