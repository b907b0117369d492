import { expect, test } from "vitest";
import { chaosSeed } from "./support/random.ts";
import { runChaos } from "./support/run.ts";

test(
  "200 tickets end right while orchestrators and agents are killed 20 times",
  { timeout: 240_000 },
  async () => {
    const seed = chaosSeed();
    console.info(`CHAOS_SEED=${seed}`);
    const report = await runChaos({
      fault: "parts",
      seed,
      tickets: 200,
      kills: 20,
      overMs: 20_000,
      settleMs: 150_000,
    });
    if (report.broken.length > 0) console.error(report.logs);
    expect(report.broken).toEqual([]);
    expect(report.kills).toHaveLength(20);
    expect(report.states).toEqual({ closed: 184, blocked: 16 });
  },
);
