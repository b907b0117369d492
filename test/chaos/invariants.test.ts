import { expect, test } from "vitest";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import { createHouse } from "../orchestrator/support/house.ts";
import { checkEffects, checkFold } from "./invariants.ts";
import type { Effect } from "./support/effects.ts";

/** The records of a ticket that closed, and the effects that its target would have. */
async function story(): Promise<{ records: FlowRecord[]; effects: Effect[] }> {
  await using house = await createHouse();
  const { id } = await house.operator.ask("ticket.create", { title: "A", autonomy: "autonomous" });
  await house.until(id, "closed");
  const { records } = await house.operator.ask("flow.history", { kind: "ticket", id });
  const { records: lane } = await house.operator.ask("flow.history", { kind: "deploy", id: "shop" });
  const idOf = (all: readonly FlowRecord[], verb: string) =>
    all.flatMap(({ pending }) => pending).find((pending) => pending.verb === verb)?.id ?? "";
  const merged = records.find(({ event }) => event.type === "developer.merge.done")?.event.output;
  return {
    records,
    effects: [
      { commandId: idOf(records, "developer.merge"), type: "developer.merge", ticket: id, output: merged },
      {
        commandId: idOf([...lane, ...records], "monitor.deploy"),
        type: "monitor.deploy",
        ticket: id,
        output: {},
      },
    ],
  };
}

const { records, effects } = await story();
const asked = (): FlowRecord => ({
  ...(records[0] as FlowRecord),
  kind: "deploy",
  id: "shop",
  pending: [
    { id: effects[1]?.commandId ?? "", to: { worker: "monitor" }, verb: "monitor.deploy", input: {} },
  ],
});
const flows = (all: readonly FlowRecord[] = records) =>
  new Map([
    ["ticket/T-0001", all],
    ["deploy/shop", [asked()]],
  ]);

test("a whole log breaks nothing", () => {
  expect(checkFold(records)).toEqual([]);
  expect(checkEffects(effects, flows())).toEqual([]);
});

test("a gap, a forged state and an illegal step are found", () => {
  expect(checkFold(records.filter(({ version }) => version !== 3)).join()).toContain("follows version 2");
  const forged = records.map((record) =>
    record.version === 3 ? { ...record, snapshot: { ...record.snapshot, done: true } } : record,
  );
  expect(checkFold(forged).join()).toContain(
    "version 3 (autopilot.decide.done) is not what the machine makes of it",
  );
  const illegal = records.map((record) =>
    record.version === 3 ? { ...record, event: { type: "ticket.approve" } } : record,
  );
  expect(checkFold(illegal).join()).toContain("is no legal transition");
});

test("a cause that counted twice is found", () => {
  const last = records.at(-1) as FlowRecord;
  const twice = { ...last, causes: [...last.causes, last.causes[0] as [string, number]] };
  expect(checkFold([...records.slice(0, -1), twice]).join()).toContain("took one cause twice");
});

test("a second merge, a missing one, an effect of nobody and a deploy too many are found", () => {
  const [merge, deploy] = effects as [Effect, Effect];
  expect(checkEffects([...effects, { ...merge }], flows()).join()).toContain("was merged 2 times, not 1");
  expect(checkEffects([deploy], flows()).join()).toContain("was merged 0 times, not 1");
  expect(checkEffects([...effects, { ...deploy, commandId: "deploy.shop.99.1" }], flows()).join()).toContain(
    "was asked for by no flow",
  );
  expect(checkEffects([...effects, { ...deploy }], flows()).join()).toContain(
    "was deployed 2 times in 1 rounds",
  );
  expect(checkEffects([{ ...merge, output: { commit: "f".repeat(40) } }, deploy], flows()).join()).toContain(
    "says it merged",
  );
});
