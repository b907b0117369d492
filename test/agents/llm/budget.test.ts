import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { noSpend, openBudget, toBudgets, type Spend, type SpendStore } from "../../../agents/llm/budget.ts";
import { parseBudgets, parsePrices } from "../../../agents/llm/prices.ts";
import { createSpendFile } from "../../../agents/llm/spend-file.ts";
import { makeScratch } from "../../support/scratch.ts";

function memoryStore(spend: Spend = noSpend): SpendStore & { saved: Spend[] } {
  const saved: Spend[] = [spend];
  return { saved, load: async () => saved.at(-1) ?? noSpend, save: async (next) => void saved.push(next) };
}

const price = { inputPerMillion: 1_000, outputPerMillion: 1_000 };
const plain = { model: "m", price: undefined, tellsCost: false };

describe("a budget", () => {
  test("reserves before and settles after, in the store", async () => {
    const store = memoryStore();
    const budget = await openBudget({ limits: toBudgets({ ticket_tokens: 10_000 }), store, ...plain });
    const reservation = await budget.reserve(1_000, 2_000);
    expect(store.saved.at(-1)?.tokens).toBe(3_000);
    await reservation.settle({
      promptTokens: 1_100,
      completionTokens: 50,
      costUsd: undefined,
      estimated: false,
    });
    expect(store.saved.at(-1)?.tokens).toBe(1_150);
  });

  test("lets the model say only what is left, then nothing", async () => {
    const budget = await openBudget({
      limits: toBudgets({ ticket_tokens: 5_000 }),
      store: memoryStore(),
      ...plain,
    });
    const { maxTokens, settle } = await budget.reserve(1_000, 8_192);
    expect(maxTokens).toBe(4_000);
    await settle({ promptTokens: 1_000, completionTokens: 4_000, costUsd: undefined, estimated: false });
    await expect(budget.reserve(10, 100)).rejects.toMatchObject({
      code: "llm_budget_exhausted",
      params: { what: "tokens", limit: 5_000 },
    });
  });

  test("what was reserved when the process died counts as spent", async () => {
    await using scratch = await makeScratch();
    const open = () =>
      openBudget({
        limits: toBudgets({ ticket_tokens: 5_000 }),
        store: createSpendFile(scratch.path("spend"), "T-0001"),
        ...plain,
      });
    await (await open()).reserve(1_000, 3_500);
    await expect((await open()).reserve(1_000, 1_000)).rejects.toMatchObject({
      code: "llm_budget_exhausted",
    });
  });

  test("counts steps over all attempts", async () => {
    const store = memoryStore();
    const open = () => openBudget({ limits: toBudgets({ ticket_steps: 2 }), store, ...plain });
    for (let count = 0; count < 2; count++) {
      const budget = await open();
      budget.beginStep();
      await (await budget.reserve(1, 500)).settle(undefined);
    }
    const third = await open();
    expect(() => third.beginStep()).toThrow(
      expect.objectContaining({ params: expect.objectContaining({ what: "steps" }) as object }),
    );
  });

  test("counts minutes over all attempts", async () => {
    let atMs = 0;
    const store = memoryStore();
    const budget = await openBudget({
      limits: toBudgets({ ticket_minutes: 1 }),
      store,
      ...plain,
      nowMs: () => atMs,
    });
    atMs = 59_000;
    budget.beginStep();
    expect(budget.remainingMs()).toBe(1_000);
    atMs = 61_000;
    expect(() => budget.beginStep()).toThrow(
      expect.objectContaining({ params: expect.objectContaining({ what: "minutes" }) as object }),
    );
    expect(budget.remainingMs()).toBe(0);
  });

  test("counts money by the price, and never reserves beyond it", async () => {
    const budget = await openBudget({
      limits: toBudgets({ ticket_usd: 2 }),
      store: memoryStore(),
      model: "m",
      price,
      tellsCost: false,
    });
    const { maxTokens, settle } = await budget.reserve(1_000, 8_192);
    expect(maxTokens).toBe(1_000);
    await settle({ promptTokens: 1_000, completionTokens: 1_000, costUsd: 2, estimated: false });
    await expect(budget.reserve(10, 500)).rejects.toMatchObject({ params: { what: "usd" } });
  });

  test("an unknown price stops a ticket with money before the first call", async () => {
    const budget = await openBudget({ limits: toBudgets({ ticket_usd: 2 }), store: memoryStore(), ...plain });
    await expect(budget.reserve(10, 500)).rejects.toMatchObject({ code: "llm_price_unknown" });
  });

  test("an endpoint that promised to tell its cost and does not is stopped after one call", async () => {
    const budget = await openBudget({
      limits: toBudgets({ ticket_usd: 2 }),
      store: memoryStore(),
      ...plain,
      tellsCost: true,
    });
    const { settle } = await budget.reserve(10, 500);
    await expect(
      settle({ promptTokens: 10, completionTokens: 10, costUsd: undefined, estimated: true }),
    ).rejects.toMatchObject({ code: "llm_price_unknown" });
  });

  test("told costs are reserved for the next call", async () => {
    const budget = await openBudget({
      limits: toBudgets({ ticket_usd: 1 }),
      store: memoryStore(),
      ...plain,
      tellsCost: true,
    });
    const { settle } = await budget.reserve(10, 500);
    await settle({ promptTokens: 10, completionTokens: 10, costUsd: 0.6, estimated: false });
    await expect(budget.reserve(10, 500)).rejects.toMatchObject({ params: { what: "usd" } });
  });

  test("without a budget in money no price is asked for", async () => {
    const budget = await openBudget({ limits: toBudgets(), store: memoryStore(), ...plain });
    expect((await budget.reserve(10, 500)).maxTokens).toBe(500);
  });

  test("a spend that cannot be read stops, and says which file", async () => {
    await using scratch = await makeScratch();
    const store = createSpendFile(scratch.path("spend"), "T-0001");
    await store.save(noSpend);
    expect(JSON.parse(await readFile(scratch.path("spend", "T-0001.json"), "utf8"))).toEqual(noSpend);
    await writeFile(scratch.path("spend", "T-0001.json"), "");
    await expect(store.load()).rejects.toMatchObject({ code: "llm_spend_unreadable" });
  });
});

describe("settings", () => {
  test("budgets of the settings come before those of the project", () => {
    const { tokens, steps } = toBudgets(parseBudgets('{"ticket_tokens": 7}'), {
      ticket_tokens: 9,
      ticket_steps: 3,
    });
    expect([tokens, steps]).toEqual([7, 3]);
  });

  test("prices are read, nonsense is refused by name", () => {
    expect(
      parsePrices('{"a/b": {"inputPerMillion": 1, "outputPerMillion": 2}}').get("a/b")?.outputPerMillion,
    ).toBe(2);
    expect(parsePrices(undefined).size).toBe(0);
    expect(() => parsePrices("{nonsense")).toThrow(
      expect.objectContaining({
        code: "llm_setting_invalid",
        params: expect.objectContaining({ key: "llm.prices" }) as object,
      }),
    );
    expect(() => parseBudgets('{"ticket_tokens": -1}')).toThrow(
      expect.objectContaining({ code: "llm_setting_invalid" }),
    );
  });
});
