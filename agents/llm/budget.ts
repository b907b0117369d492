import { conflict } from "../../bus/kernel/errors.ts";
import { costOf, type Usage } from "./usage.ts";
import type { Price } from "./prices.ts";

/** What one ticket may spend; `usd` only where the operator set it. */
export interface Budgets {
  readonly steps: number;
  readonly tokens: number;
  readonly minutes: number;
  readonly usd: number | undefined;
}

export const defaultBudgets: Budgets = { steps: 80, tokens: 1_000_000, minutes: 45, usd: undefined };

/** Takes `ticket_steps`, `ticket_tokens`, `ticket_minutes`, `ticket_usd` from lists of budgets; the first list that names one counts. */
export function toBudgets(...lists: readonly Readonly<Record<string, number>>[]): Budgets {
  const named = (name: string): number | undefined => lists.find((list) => Object.hasOwn(list, name))?.[name];
  return {
    steps: named("ticket_steps") ?? defaultBudgets.steps,
    tokens: named("ticket_tokens") ?? defaultBudgets.tokens,
    minutes: named("ticket_minutes") ?? defaultBudgets.minutes,
    usd: named("ticket_usd"),
  };
}

/** What a ticket has used so far, all attempts together. */
export interface Spend {
  readonly steps: number;
  readonly tokens: number;
  readonly ms: number;
  readonly usd: number;
}

export const noSpend: Spend = { steps: 0, tokens: 0, ms: 0, usd: 0 };

/** Keeps a ticket's spend over restarts. */
export interface SpendStore {
  load(): Promise<Spend>;
  save(spend: Spend): Promise<void>;
}

export interface Reservation {
  /** How much the model may say, so that the call stays within the budget. */
  readonly maxTokens: number;
  /** Puts what was really used in the place of what was reserved. */
  settle(used: Usage | undefined): Promise<void>;
}

/** Guards one ticket's spend: everything is reserved, durably, before it is used. */
export interface Budget {
  readonly spend: Spend;
  readonly limits: Budgets;
  /** Milliseconds that are left; never below 0. */
  remainingMs(): number;
  /** Counts a step; stored with the reservation that follows. @throws `llm_budget_exhausted` */
  beginStep(): void;
  /** @throws `llm_budget_exhausted`, `llm_price_unknown` */
  reserve(promptTokens: number, wantedTokens: number): Promise<Reservation>;
}

export interface BudgetOptions {
  readonly limits: Budgets;
  readonly store: SpendStore;
  readonly model: string;
  readonly price: Price | undefined;
  /** Whether the endpoint tells each call's cost afterwards. */
  readonly tellsCost: boolean;
  readonly nowMs?: () => number;
}

const leastTokens = 256;

/** Opens a ticket's budget where it was left; what was reserved and never settled counts as spent. */
export async function openBudget(options: BudgetOptions): Promise<Budget> {
  const { limits, store, model, price, tellsCost, nowMs = () => performance.now() } = options;
  let spend = await store.load();
  let sinceMs = nowMs();
  let costlyUsd = 0;
  const tick = (): void => {
    const atMs = nowMs();
    spend = { ...spend, ms: spend.ms + Math.max(0, atMs - sinceMs) };
    sinceMs = atMs;
  };
  const remainingMs = (): number => {
    tick();
    return Math.max(0, limits.minutes * 60_000 - spend.ms);
  };
  const requireTime = (): void => {
    if (remainingMs() <= 0) throw exhausted("minutes", limits.minutes, Math.ceil(spend.ms / 60_000));
  };
  return {
    limits,
    get spend() {
      return spend;
    },
    remainingMs,
    beginStep() {
      requireTime();
      if (spend.steps >= limits.steps) throw exhausted("steps", limits.steps, spend.steps);
      spend = { ...spend, steps: spend.steps + 1 };
    },
    async reserve(promptTokens, wantedTokens) {
      requireTime();
      let maxTokens = Math.min(wantedTokens, Math.floor(limits.tokens - spend.tokens - promptTokens));
      if (maxTokens < leastTokens) throw exhausted("tokens", limits.tokens, spend.tokens);
      if (limits.usd !== undefined) {
        if (price === undefined && !tellsCost) throw priceUnknown(model);
        const leftUsd = limits.usd - spend.usd - (price ? costOf(price, promptTokens, 0) : costlyUsd);
        if (price && price.outputPerMillion > 0)
          maxTokens = Math.min(maxTokens, Math.floor((leftUsd * 1_000_000) / price.outputPerMillion));
        if (leftUsd < 0 || spend.usd >= limits.usd || maxTokens < leastTokens)
          throw exhausted("usd", limits.usd, spend.usd);
      }
      const before = spend;
      const reservedUsd = price ? costOf(price, promptTokens, maxTokens) : costlyUsd;
      spend = { ...before, tokens: before.tokens + promptTokens + maxTokens, usd: before.usd + reservedUsd };
      await store.save(spend);
      return {
        maxTokens,
        async settle(used) {
          tick();
          const tokens = before.tokens + (used ? used.promptTokens + used.completionTokens : 0);
          costlyUsd = Math.max(costlyUsd, used?.costUsd ?? 0);
          spend = { ...spend, tokens, usd: before.usd + (used?.costUsd ?? 0) };
          await store.save(spend);
          if (used && used.costUsd === undefined && limits.usd !== undefined) throw priceUnknown(model);
        },
      };
    },
  };
}

function exhausted(what: keyof Budgets, limit: number, spent: number): Error {
  return conflict(
    "llm_budget_exhausted",
    `The ticket has used its ${what}: ${spent} of ${limit}. Raise ticket_${what} under budgets in dockfra.yaml, or make the ticket smaller, then resume it.`,
    { params: { what, limit, spent } },
  );
}

function priceUnknown(model: string): Error {
  return conflict(
    "llm_price_unknown",
    `Nobody says what the model "${model}" costs, and the ticket has a budget in money. Add its price to the setting llm.prices, or take ticket_usd away.`,
    { params: { model } },
  );
}
