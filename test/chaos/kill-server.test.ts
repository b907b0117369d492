import { expect, test } from "vitest";
import { chaosSeed } from "./support/random.ts";
import { runChaos } from "./support/run.ts";

test(
  "100 tickets end right while nats-server is killed and started again 4 times",
  { timeout: 240_000 },
  async () => {
    const seed = chaosSeed();
    console.info(`CHAOS_SEED=${seed}`);
    const report = await runChaos({
      fault: "server",
      seed,
      tickets: 100,
      kills: 4,
      overMs: 16_000,
      settleMs: 150_000,
    });
    if (report.broken.length > 0) console.error(report.logs);
    expect(report.broken).toEqual([]);
    expect(report.kills).toHaveLength(4);
    expect(report.states).toEqual({ closed: 92, blocked: 8 });
  },
);
