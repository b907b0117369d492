import { expect, test } from "vitest";
import { conflict } from "../../bus/kernel/errors.ts";
import { toEnvelope } from "../../bus/messages/envelope.ts";
import { createHouse } from "./support/house.ts";

test("an assisted ticket asks once and closes", async () => {
  await using house = await createHouse();
  const { id, version } = await house.operator.ask("ticket.create", { title: "Fix the total" });
  expect(id).toBe("T-0001");
  expect(version).toBe(1);
  const waiting = await house.until(id, "approving");
  expect(waiting.approvalHash).toBeDefined();
  await house.operator.ask("ticket.approve", { id, approvalHash: waiting.approvalHash });
  const closed = await house.until(id, "closed");
  expect(closed.mergedCommit).toMatch(/^[0-9a-f]{40}$/);
  const { lanes } = await house.operator.ask("deploy.list", {});
  expect(lanes).toMatchObject([{ stack: "shop", state: "idle", current: { ticket: id } }]);
});

test("the history has every version without a gap", async () => {
  await using house = await createHouse();
  const { id } = await house.operator.ask("ticket.create", { title: "Fix", autonomy: "autonomous" });
  await house.until(id, "closed");
  const { records } = await house.operator.ask("flow.history", { kind: "ticket", id });
  expect(records.map((record) => record.version)).toEqual(records.map((_, index) => index + 1));
  expect(records.at(-1)?.snapshot.done).toBe(true);
});

test("an intent repeated with its id is done once and answered alike", async () => {
  await using house = await createHouse({ crew: false });
  const first = await house.operator.ask("ticket.create", { title: "Once" }, { id: "same" });
  const again = await house.operator.ask("ticket.create", { title: "Once" }, { id: "same" });
  expect(again).toEqual(first);
  const { total } = await house.operator.ask("ticket.list", {});
  expect(total).toBe(1);
  const one = await house.operator.ask("ticket.comment", { id: first.id, text: { head: "a" } }, { id: "c1" });
  await house.operator.ask("ticket.comment", { id: first.id, text: { head: "b" } }, { id: "c2" });
  expect(
    await house.operator.ask("ticket.comment", { id: first.id, text: { head: "a" } }, { id: "c1" }),
  ).toEqual(one);
});

test("what the state does not take is refused with a code and the states that would", async () => {
  await using house = await createHouse({ crew: false });
  const { id } = await house.operator.ask("ticket.create", { title: "New" });
  await expect(house.operator.ask("ticket.approve", { id })).rejects.toMatchObject({
    kind: "conflict",
    code: "not_now",
  });
  await expect(house.operator.ask("ticket.show", { id: "T-0999" })).rejects.toMatchObject({
    code: "ticket_unknown",
  });
  await expect(house.operator.ask("ticket.pause", { id: "T-0999" })).rejects.toMatchObject({
    kind: "not_found",
  });
});

test("a failing worker blocks the ticket with its reason, and resume goes on", async () => {
  let broken = true;
  await using house = await createHouse({
    script: {
      "developer.implement": () => {
        if (broken) throw conflict("patch_does_not_apply", "The patch does not apply.");
        throw conflict("second", "The second try fails otherwise.");
      },
    },
  });
  const { id } = await house.operator.ask("ticket.create", { title: "Patch" });
  const blocked = await house.until(id, "blocked");
  expect(blocked.blocked).toMatchObject({ step: "implementing", error: { code: "patch_does_not_apply" } });
  broken = false;
  await house.operator.ask("ticket.resume", { id });
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await house.until(id, "blocked", "assigned", "implementing")).blocked?.error.code === "second")
      break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect((await house.until(id, "blocked")).blocked?.error.code).toBe("second");
});

test("a worker cannot report what breaks its schema", async () => {
  await using house = await createHouse({ crew: false });
  const worker = house.bus.worker("manager", "manager-1");
  const flow = { kind: "ticket", id: "T-0001" } as const;
  const result = { commandId: "ticket.T-0001.1.1", type: "manager.review", flow, instance: "manager-1" };
  const odd = { ...result, outcome: { ok: true as const, output: { verdict: "maybe" } } };
  await expect(worker.report(odd, toEnvelope("manager.review", {}))).rejects.toMatchObject({
    code: "message_invalid",
  });
});

test("tickets of one stack go through the lane one at a time", async () => {
  let live = 0;
  let most = 0;
  await using house = await createHouse({
    script: {
      "monitor.deploy": async () => {
        live += 1;
        most = Math.max(most, live);
        return { outcome: "deployed", url: "http://127.0.0.1:1", tookMs: 1 };
      },
      "developer.merge": ({ id }) => {
        live -= 1;
        return { commit: id.length.toString(16).padStart(40, "0"), baseBranch: "main" };
      },
    },
  });
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      house.operator.ask("ticket.create", { title: `n${n}`, autonomy: "autonomous" }),
    ),
  );
  await Promise.all(made.map(({ id }) => house.until(id, "closed")));
  expect(most).toBe(1);
});
