import { setTimeout as sleep } from "node:timers/promises";
import { aliveForMs } from "../../../orchestrator/presence.ts";
import { checkInvariants, type Broken } from "../invariants.ts";
import { openTickets, waitForEnds } from "./driver.ts";
import { startInstallation, type Installation } from "./installation.ts";
import { createRandom } from "./random.ts";

/** What is done to an installation while it works. */
export const faults = ["parts", "server", "freeze"] as const;
export type Fault = (typeof faults)[number];

export interface ChaosOptions {
  readonly fault: Fault;
  readonly seed: number;
  readonly tickets: number;
  /** How many kills or freezes, spread over the time in which tickets are opened. */
  readonly kills: number;
  readonly overMs: number;
  /** Longest wait for the ends after the last ticket was opened. */
  readonly settleMs: number;
}

export interface ChaosReport {
  readonly broken: Broken;
  readonly states: Record<string, number>;
  readonly kills: string[];
  readonly effects: number;
  readonly attempts: number;
  readonly tookMs: number;
  /** Ends of the parts' logs, where something was broken. */
  readonly logs: string;
}

async function killAround(
  house: Installation,
  { fault, seed, kills, overMs }: ChaosOptions,
): Promise<string[]> {
  const random = createRandom(seed);
  const done: string[] = [];
  for (let n = 0; n < kills; n += 1) {
    await sleep((overMs / kills) * (0.5 + random()));
    if (fault === "server") {
      await house.nats.kill();
      await sleep(random() * 1_500);
      await house.nats.restart();
      done.push("nats-server");
      continue;
    }
    const alive = house.parts.filter((part) => part.pid() !== undefined);
    const victim = alive[Math.floor(random() * alive.length)];
    if (fault === "freeze") await victim?.freeze(aliveForMs + 1_000 + random() * 2_000);
    else victim?.kill();
    done.push(victim?.name ?? "nobody");
  }
  return done;
}

/** Opens tickets while things are killed, waits for the ends and checks every invariant. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const startMs = Date.now();
  await using house = await startInstallation({ orchestrators: 2, crews: 2, stacks: 10 });
  const deadlineMs = Date.now() + options.overMs + options.settleMs;
  const [wanted, kills] = await Promise.all([
    openTickets(house.operator, { count: options.tickets, overMs: options.overMs, deadlineMs }),
    killAround(house, options),
  ]);
  const states = await waitForEnds(house.operator, wanted, deadlineMs);
  const broken = await checkInvariants(house, wanted, house.target);
  const [effects, attempts] = await Promise.all([house.target.all(), house.target.attempts()]);
  return {
    broken,
    states,
    kills,
    effects: effects.length,
    attempts: attempts.length,
    tookMs: Date.now() - startMs,
    logs: broken.length > 0 ? await house.logTails(30) : "",
  };
}
