import { expect, test } from "vitest";
import { chaosSeed } from "./support/random.ts";
import { runChaos } from "./support/run.ts";

test(
  "100 tickets end right while parts are frozen for longer than a lease",
  { timeout: 240_000 },
  async () => {
    const seed = chaosSeed();
    console.info(`CHAOS_SEED=${seed}`);
    const report = await runChaos({
      fault: "freeze",
      seed,
      tickets: 100,
      kills: 3,
      overMs: 9_000,
      settleMs: 150_000,
    });
    if (report.broken.length > 0) console.error(report.logs);
    expect(report.broken).toEqual([]);
    expect(report.kills).toHaveLength(3);
    expect(report.states).toEqual({ closed: 92, blocked: 8 });
  },
);
