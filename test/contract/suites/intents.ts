import { describe, expect, test } from "vitest";
import { conflict } from "../../../bus/kernel/errors.ts";
import { newId } from "../../../bus/kernel/ids.ts";
import type { Answer } from "../../../bus/messages/intents.ts";
import type { CoreBus } from "../../../bus/ports/bus.ts";
import type { IntentRequest } from "../../../bus/ports/intents.ts";
import { useBus, type BusFactory } from "./harness.ts";
import { createInbox } from "./inbox.ts";
import { projectFacts } from "./samples.ts";

const changed = { ok: true as const, data: { id: "T-0001", version: 2 } };
const refusal = {
  kind: "conflict" as const,
  code: "ticket_closed",
  message: "T-0001 is closed. Reopen it.",
  retryable: false,
  params: { id: "T-0001" },
};

/** The contract of intents and questions. */
export function intentContract(factory: BusFactory): void {
  describe("intents", () => {
    const bus = useBus(factory);

    /** Serves until the signal, and resolves once requests reach this server. */
    const serve = async (
      core: CoreBus,
      handle: (request: IntentRequest) => Promise<Answer>,
      signal = bus.signal,
    ) => {
      const prefix = `probe-${newId().slice(0, 8)}-`;
      const reached = createInbox<string>();
      const answer = async (request: IntentRequest): Promise<Answer> => {
        const { id } = request.envelope;
        if (!id.startsWith("probe-")) return handle(request);
        if (id.startsWith(prefix)) reached.add(id);
        return { ok: false, error: refusal };
      };
      bus.run(core.serveIntents(answer, signal));
      const prober = await bus.client("operator");
      while (reached.items.length === 0) {
        await expect(
          prober.ask("deploy.list", {}, { id: prefix + newId().slice(0, 8), timeoutMs: 5_000 }),
        ).rejects.toThrow();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };

    test("fails at once where no orchestrator serves", async () => {
      const operator = await bus.client("operator");
      const startedAtMs = performance.now();
      await expect(operator.ask("status.show", {})).rejects.toMatchObject({
        kind: "unavailable",
        code: "orchestrator_down",
        retryable: true,
      });
      expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    });

    test("brings a request to the server as its proven principal, and the answer back", async () => {
      const requests = createInbox<IntentRequest>();
      await serve(await bus.core(), async (request) => {
        requests.add(request);
        return changed;
      });
      const actor = { kind: "github", id: "4711", trusted: false } as const;
      const gateway = await bus.client("gateway");
      expect(
        await gateway.ask("ticket.create", { title: "  Fix the cart " }, { actor, id: "ask-1" }),
      ).toEqual(changed.data);
      const developer = await bus.worker("developer", "dev-1");
      expect(await developer.ask("ticket.comment", { id: "T-0001", text: { head: "Done." } })).toEqual(
        changed.data,
      );
      expect(requests.items).toMatchObject([
        {
          principal: "gateway",
          verb: "ticket.create",
          input: { title: "Fix the cart" },
          envelope: { id: "ask-1", actor, type: "ticket.create" },
        },
        { principal: "developer", verb: "ticket.comment", input: { id: "T-0001" } },
      ]);
      expect(developer.principal).toBe("developer");
    });

    test("throws a coded refusal as it was given", async () => {
      await serve(await bus.core(), async () => ({ ok: false, error: refusal }));
      const operator = await bus.client("operator");
      await expect(operator.ask("ticket.pause", { id: "T-0001" })).rejects.toMatchObject(refusal);
    });

    test("keeps the id of a request over a retry", async () => {
      const ids = createInbox<string>();
      await serve(await bus.core(), async ({ envelope }) => {
        ids.add(envelope.id);
        return changed;
      });
      const operator = await bus.client("operator");
      const id = newId();
      for (let n = 0; n < 2; n++) await operator.ask("ticket.resume", { id: "T-0001" }, { id });
      await operator.ask("ticket.resume", { id: "T-0001" });
      await operator.ask("ticket.resume", { id: "T-0001" });
      expect(ids.items.slice(0, 2)).toEqual([id, id]);
      expect(new Set(ids.items).size).toBe(3);
    });

    test("refuses an unknown verb, bad input, and what the principal may not ask, before any server sees it", async () => {
      const seen = createInbox<IntentRequest>();
      await serve(await bus.core(), async (request) => {
        seen.add(request);
        return changed;
      });
      const operator = await bus.client("operator");
      await expect(operator.ask("ticket.explode" as "ticket.pause", { id: "T-0001" })).rejects.toMatchObject({
        kind: "invalid_input",
      });
      await expect(operator.ask("toString" as "ticket.pause", { id: "T-0001" })).rejects.toMatchObject({
        kind: "invalid_input",
      });
      await expect(operator.ask("ticket.pause", { id: "../etc" })).rejects.toMatchObject({
        kind: "invalid_input",
      });
      await expect(operator.ask("ticket.create", { title: "x", extra: 1 } as never)).rejects.toMatchObject({
        kind: "invalid_input",
      });
      const notAllowed = { kind: "denied", code: "not_allowed" };
      const [developer, host] = [await bus.worker("developer", "dev-1"), await bus.worker("host", "host-1")];
      await expect(developer.ask("ticket.create", { title: "x" })).rejects.toMatchObject(notAllowed);
      await expect(developer.ask("ticket.approve", { id: "T-0001" })).rejects.toMatchObject(notAllowed);
      await expect(host.ask("ticket.list", {})).rejects.toMatchObject(notAllowed);
      await expect(
        (await bus.client("autopilot")).ask("ticket.approve", { id: "T-0001" }),
      ).rejects.toMatchObject(notAllowed);
      expect(seen.items).toEqual([]);
    });

    test("gives up a request that takes too long or is called off", async () => {
      const answer = Promise.withResolvers<Answer>();
      await serve(await bus.core(), () => answer.promise);
      const operator = await bus.client("operator");
      await expect(operator.ask("ticket.pause", { id: "T-0001" }, { timeoutMs: 200 })).rejects.toMatchObject({
        kind: "unavailable",
        retryable: true,
      });
      const off = new AbortController();
      const asked = operator.ask("ticket.pause", { id: "T-0001" }, { signal: off.signal });
      off.abort(new Error("called off"));
      await expect(asked).rejects.toThrow();
      answer.resolve(changed);
    });

    test("shares requests among orchestrators, each to one, and goes on when one stops", async () => {
      const [one, two] = [createInbox<string>(), createInbox<string>()];
      const end = new AbortController();
      const noting =
        (inbox: typeof one) =>
        async ({ envelope }: IntentRequest) => {
          inbox.add(envelope.id);
          return changed;
        };
      const leaving = await bus.core();
      await serve(leaving, noting(one), end.signal);
      await serve(await bus.core(), noting(two));
      const operator = await bus.client("operator");
      const askAll = async (ids: string[]) =>
        Promise.all(ids.map((id) => operator.ask("ticket.pause", { id: "T-0001" }, { id })));
      const ids = Array.from({ length: 60 }, newId);
      await askAll(ids);
      expect([...one.items, ...two.items].toSorted()).toEqual(ids.toSorted());
      expect(Math.min(one.items.length, two.items.length)).toBeGreaterThan(0);

      end.abort();
      await leaving[Symbol.asyncDispose]();
      const before = two.items.length;
      await askAll(Array.from({ length: 20 }, newId));
      expect(two.items.length).toBe(before + 20);
    });

    test("serves a second request while the first is in work", async () => {
      const slow = Promise.withResolvers<Answer>();
      await serve(await bus.core(), ({ verb }) =>
        verb === "ticket.pause" ? slow.promise : Promise.resolve(changed),
      );
      const operator = await bus.client("operator");
      const first = operator.ask("ticket.pause", { id: "T-0001" });
      expect(await operator.ask("ticket.resume", { id: "T-0001" })).toEqual(changed.data);
      slow.resolve(changed);
      expect(await first).toEqual(changed.data);
    });
  });

  describe("questions", () => {
    const bus = useBus(factory);

    test("says which part is down where nobody answers", async () => {
      const operator = await bus.client("operator");
      await expect(operator.question("host.project", {})).rejects.toMatchObject({
        kind: "unavailable",
        code: "host_down",
      });
    });

    test("are answered, and what the answerer throws comes back coded", async () => {
      const host = await bus.worker("host", "host-1");
      let broken = false;
      const answer = async () => {
        if (broken) throw conflict("root_gone", "The root is gone. Mount it.", { params: { root: "/srv" } });
        return projectFacts;
      };
      bus.run(host.serveQuestion("host.project", answer, bus.signal));
      const developer = await bus.worker("developer", "dev-1");
      const ask = () => developer.question("host.project", {}).catch((error: { code: string }) => error.code);
      await expect.poll(ask, { timeout: 30_000 }).toEqual(projectFacts);
      broken = true;
      await expect(developer.question("host.project", {})).rejects.toMatchObject({
        kind: "conflict",
        code: "root_gone",
        params: { root: "/srv" },
      });
    });

    test("are answered by their answerer only, to those that may ask", async () => {
      const [developer, host] = [await bus.worker("developer", "dev-1"), await bus.worker("host", "host-1")];
      const serving = developer.serveQuestion("host.project", async () => projectFacts, bus.signal);
      await expect(serving).rejects.toMatchObject({ kind: "denied", code: "not_allowed" });
      await expect(host.question("host.project", {})).rejects.toMatchObject({
        kind: "denied",
        code: "not_allowed",
      });
    });
  });
}
