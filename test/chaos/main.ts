import { faults, runChaos, type Fault } from "./support/run.ts";
import { chaosSeed } from "./support/random.ts";

const usage = `npm run chaos -- <${faults.join(" | ")}>   with CHAOS_SEED, CHAOS_TICKETS, CHAOS_KILLS, CHAOS_SECONDS`;
const fault = faults.find((name) => name === process.argv[2]);
if (!fault) {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

const defaults: Readonly<Record<Fault, { tickets: number; kills: number; seconds: number }>> = {
  parts: { tickets: 200, kills: 20, seconds: 20 },
  server: { tickets: 100, kills: 4, seconds: 16 },
  freeze: { tickets: 100, kills: 3, seconds: 30 },
};
const setting = (name: string, standard: number): number => Number(process.env[name] ?? standard);
const { tickets, kills, seconds } = defaults[fault];
const seed = chaosSeed();
process.stdout.write(`${fault}, seed ${seed}\n`);
const report = await runChaos({
  fault,
  seed,
  tickets: setting("CHAOS_TICKETS", tickets),
  kills: setting("CHAOS_KILLS", kills),
  overMs: setting("CHAOS_SECONDS", seconds) * 1_000,
  settleMs: 120_000,
});
const { broken, logs, ...rest } = report;
process.stdout.write(`${JSON.stringify(rest)}\n${broken.map((line) => `BROKEN ${line}\n`).join("")}`);
if (broken.length > 0) process.stderr.write(`${logs}\n`);
process.exitCode = broken.length > 0 ? 1 : 0;
