import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { CommandMessage } from "../../../bus/messages/commands.ts";
import { toEnvelope } from "../../../bus/messages/envelope.ts";
import type { Delivery } from "../../../bus/ports/work.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { mergeCommand } from "./samples.ts";

/** The contract of the stores that only CORE reaches. */
export function storeContract(factory: BusFactory): void {
  describe("artifacts", () => {
    const bus = useBus(factory);

    test("keep 5 MB by their hash", async () => {
      const [one, two] = [await bus.core(), await bus.core()];
      const bytes = new Uint8Array(randomBytes(5 * 1024 * 1024));
      const hash = createHash("sha256").update(bytes).digest("hex");
      expect(await one.artifacts.has(hash)).toBe(false);
      expect(await one.artifacts.put(bytes)).toBe(hash);
      expect(await one.artifacts.put(bytes)).toBe(hash);
      expect(await two.artifacts.has(hash)).toBe(true);
      expect(Buffer.compare(await two.artifacts.get(hash), bytes)).toBe(0);
    });

    test("keep nothing at all too", async () => {
      const core = await bus.core();
      const hash = await core.artifacts.put(new Uint8Array());
      expect(hash).toBe(createHash("sha256").digest("hex"));
      expect(await core.artifacts.get(hash)).toHaveLength(0);
    });

    test("say so where there is none", async () => {
      const core = await bus.core();
      await expect(core.artifacts.get("0".repeat(64))).rejects.toMatchObject({
        kind: "not_found",
        code: "artifact_unknown",
      });
    });
  });

  describe("settings", () => {
    const bus = useBus(factory);

    test("answer their last value, with a rising revision", async () => {
      const [one, two] = [await bus.core(), await bus.core()];
      expect(await one.settings.get("autonomy")).toBeUndefined();
      const first = await one.settings.set("autonomy", "manual");
      const second = await two.settings.set("autonomy", "assisted");
      await two.settings.set("llm.developer", "");
      expect(second).toBeGreaterThan(first);
      expect(await one.settings.get("autonomy")).toBe("assisted");
      expect(await one.settings.get("llm.developer")).toBe("");
      expect(await one.settings.keys()).toEqual(expect.arrayContaining(["autonomy", "llm.developer"]));
    });

    test("refuse a key that is no setting's name", async () => {
      const core = await bus.core();
      await expect(core.settings.set("No Such.*", "x")).rejects.toMatchObject({ kind: "invalid_input" });
    });
  });

  describe("dead letters", () => {
    const bus = useBus(factory);
    const error = {
      kind: "invalid_input" as const,
      code: "test_bad",
      message: "It is bad. Mend it.",
      retryable: false,
      params: { n: 1 },
    };
    const letterOf = (body: string) => ({
      stream: `${bus.prefix}-COMMANDS`,
      subject: `${bus.prefix}.cmd.developer.any.merge`,
      body: new TextEncoder().encode(body),
      error,
    });

    test("are listed with why, and dropped", async () => {
      const [one, two] = [await bus.core(), await bus.core()];
      for (const body of ["first", "second", "third"]) await one.dead.bury(letterOf(body));
      expect(await two.dead.count()).toBe(3);
      expect(await two.dead.list(2)).toHaveLength(2);
      const letters = await two.dead.list(10);
      expect(letters.map(({ bodyHead }) => bodyHead).toSorted()).toEqual(["first", "second", "third"]);
      const [letter] = letters;
      const { stream, subject } = letterOf("");
      expect(letter).toMatchObject({ stream, subject, error });
      for (const { seq } of letters) await one.dead.drop(seq);
      expect(await two.dead.count()).toBe(0);
      expect(await two.dead.list(10)).toEqual([]);
    });

    test("go back to their subject on a retry, once", async () => {
      const [core, developer] = [await bus.core(), await bus.worker("developer", "dev-1")];
      const command = mergeCommand();
      await core.dead.bury(letterOf(JSON.stringify(toEnvelope(command.type, command))));
      const [letter] = await core.dead.list(10);
      await core.dead.retry(letter?.seq ?? 0);
      const taken = createInbox<CommandMessage>();
      const take = async (delivery: Delivery<CommandMessage>) => {
        delivery.ack();
        taken.add(delivery.message);
      };
      bus.run(developer.takeCommands({ signal: bus.signal, maxInHand: 1 }, take));
      expect(await taken.atLeast(1)).toEqual([command]);
      expect(await core.dead.count()).toBe(0);
      await expect(core.dead.retry(letter?.seq ?? 0)).rejects.toMatchObject({
        kind: "not_found",
        code: "dead_letter_unknown",
      });
    });

    test("say so where there is none", async () => {
      const core = await bus.core();
      await expect(core.dead.drop(4_711)).rejects.toMatchObject({
        kind: "not_found",
        code: "dead_letter_unknown",
      });
    });
  });
}
