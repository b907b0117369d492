import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import { newId } from "../../../bus/kernel/ids.ts";
import type { Intent, IntentAnswer, IntentInput } from "../../../bus/messages/intents.ts";
import type { IntentClient } from "../../../bus/ports/intents.ts";
import { plots, type Plot } from "./handlers.ts";

/** A ticket that the driver asked for, and what it was answered. */
export interface Wanted {
  readonly title: string;
  readonly plot: Plot;
  readonly id: string;
}

/** Asks until there is an answer, with one id over all tries, as every client of the product does. */
async function askUntilAnswered<V extends Intent>(
  bus: IntentClient,
  verb: V,
  input: IntentInput<V>,
  deadlineMs: number,
): Promise<IntentAnswer<V>> {
  const id = newId();
  for (;;) {
    try {
      return await bus.ask(verb, input, { id, timeoutMs: 3_000 });
    } catch (error) {
      if (!(error instanceof DockfraError) || !error.retryable || Date.now() > deadlineMs) throw error;
      await sleep(100);
    }
  }
}

/** Every tenth ticket fails its tests once, every twelfth never verifies. */
function plotAt(n: number): Plot {
  if (n % 12 === 11) return plots[2];
  return n % 10 === 9 ? plots[1] : plots[0];
}

/** Opens autonomous tickets, evenly over a time. */
export async function openTickets(
  bus: IntentClient,
  { count, overMs, deadlineMs }: { count: number; overMs: number; deadlineMs: number },
): Promise<Wanted[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      await sleep((overMs * n) / count);
      const plot = plotAt(n);
      const title = `${plot} ${n}`;
      const checks = plot === "unhealthy" ? [{ kind: "http" as const, path: "/unhealthy" }] : [];
      const { id } = await askUntilAnswered(
        bus,
        "ticket.create",
        { title, checks, autonomy: "autonomous" },
        deadlineMs,
      );
      return { title, plot, id };
    }),
  );
}

/** Where a plot ends. */
export const endOf: Readonly<Record<Plot, "closed" | "blocked">> = {
  fine: "closed",
  "second-try": "closed",
  unhealthy: "blocked",
};

/** Waits until every ticket is where its plot ends; gives the counts by state where it is not within the time. */
export async function waitForEnds(
  bus: IntentClient,
  wanted: readonly Wanted[],
  deadlineMs: number,
): Promise<Record<string, number>> {
  const expected: Record<string, number> = {};
  for (const { plot } of wanted) expected[endOf[plot]] = (expected[endOf[plot]] ?? 0) + 1;
  for (;;) {
    const { tickets } = await askUntilAnswered(bus, "status.show", {}, deadlineMs);
    const arrived = Object.entries(expected).every(([state, count]) => tickets[state] === count);
    if (arrived || Date.now() > deadlineMs) return tickets;
    await sleep(200);
  }
}
