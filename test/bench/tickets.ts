import type { ClientBus } from "../../bus/ports/bus.ts";
import { newId } from "../../bus/kernel/ids.ts";
import { startNats, type NatsFixture } from "../bus/nats-fixture.ts";
import { machine, percentile, rounded, toTable } from "./support/figures.ts";
import { cpuMsOf, startPart, type Measured } from "./support/processes.ts";
import { measureRaw, type RawFigures } from "./support/raw.ts";

export interface StageFigures {
  readonly inFlight: number;
  readonly tickets: number;
  readonly ticketsPerS: number;
  readonly appendsPerS: number;
  readonly appendsPerTicket: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all processes: server, orchestrator, workers, driver. */
  readonly cpuMsPerTicket: number;
  readonly cpuMsByProcess: Readonly<Record<string, number>>;
}

export interface TicketFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly sync: string;
  readonly stacks: number;
  readonly stages: readonly StageFigures[];
  readonly raw: RawFigures;
  /** Appends per second at the most in flight, by raw atomic batches per second. */
  readonly ratioToRawBatch: number;
}

const stacks = 100;
const stages = [
  { inFlight: 1, tickets: 60 },
  { inFlight: 32, tickets: 600 },
  { inFlight: 1_000, tickets: 4_000 },
];

/** Resolves when a ticket closes, by what the orchestrator says on the feed. */
function closings(bus: ClientBus, signal: AbortSignal): (id: string) => Promise<void> {
  const closed = new Set<string>();
  const waiting = new Map<string, () => void>();
  void bus.watchFeed(({ code, params }) => {
    if (code !== "ticket_moved" || params.state !== "closed") return;
    const id = String(params.id);
    const wake = waiting.get(id);
    if (wake) wake();
    else closed.add(id);
  }, signal);
  return (id) =>
    new Promise((resolve) => {
      if (closed.delete(id)) resolve();
      else waiting.set(id, () => (waiting.delete(id), resolve()));
    });
}

async function stage(
  bus: ClientBus,
  closed: (id: string) => Promise<void>,
  { inFlight, tickets }: { inFlight: number; tickets: number },
): Promise<number[]> {
  let left = tickets;
  const tookMs: number[] = [];
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left > 0) {
        left -= 1;
        const startMs = performance.now();
        const { id } = await bus.ask(
          "ticket.create",
          { title: "Bench", autonomy: "autonomous" },
          { id: newId(), timeoutMs: 60_000 },
        );
        await closed(id);
        tookMs.push(performance.now() - startMs);
      }
    }),
  );
  return tookMs.toSorted((a, b) => a - b);
}

async function measure(
  nats: NatsFixture,
  bus: ClientBus,
  closed: (id: string) => Promise<void>,
  parts: Readonly<Record<string, Measured>>,
  plan: { inFlight: number; tickets: number },
): Promise<StageFigures> {
  await using core = await nats.core();
  const pids = {
    server: nats.server().pid,
    ...Object.fromEntries(Object.entries(parts).map(([name, { pid }]) => [name, pid])),
    driver: process.pid,
  };
  const cpu = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      await Promise.all(Object.entries(pids).map(async ([name, pid]) => [name, await cpuMsOf(pid)] as const)),
    );
  const [before, first, startMs] = [await cpu(), await core.flows.extent(), performance.now()];
  const tookMs = await stage(bus, closed, plan);
  const seconds = (performance.now() - startMs) / 1_000;
  const [after, last] = [await cpu(), await core.flows.extent()];
  const appends = last.lastSeq - first.lastSeq;
  const perTicket = (name: string): number => ((after[name] ?? 0) - (before[name] ?? 0)) / plan.tickets;
  return {
    ...plan,
    ticketsPerS: rounded(plan.tickets / seconds),
    appendsPerS: Math.round(appends / seconds),
    appendsPerTicket: rounded(appends / plan.tickets),
    p50Ms: rounded(percentile(tookMs, 0.5)),
    p99Ms: rounded(percentile(tookMs, 0.99)),
    cpuMsPerTicket: rounded(Object.keys(pids).reduce((sum, name) => sum + perTicket(name), 0)),
    cpuMsByProcess: Object.fromEntries(Object.keys(pids).map((name) => [name, rounded(perTicket(name))])),
  };
}

/** Measures whole tickets through real processes on the embedded server as it runs in production. */
export async function benchTickets(): Promise<TicketFigures> {
  const figures: StageFigures[] = [];
  let [sync, recordBytes] = ["", 3_000];
  {
    await using nats = await startNats("bench");
    const options = { servers: nats.server().url, prefix: nats.prefix, root: nats.root, stacks };
    await using orchestrator = await startPart({ part: "orchestrator", ...options });
    await using crew = await startPart({ part: "crew", ...options });
    await using operator = await nats.client("operator");
    const end = new AbortController();
    const closed = closings(operator, end.signal);
    await stage(operator, closed, { inFlight: 50, tickets: 300 }); // the code is compiled, the lanes are there
    for (const plan of stages)
      figures.push(await measure(nats, operator, closed, { orchestrator, crew }, plan));
    end.abort();
    await using core = await nats.core();
    ({ sync } = await core.serverInfo());
    const { records } = await core.flows.history(
      { kind: "ticket", id: "T-0100" },
      { afterVersion: 0, limit: 50 },
    );
    recordBytes = Math.round(
      records.reduce((sum, record) => sum + JSON.stringify(record).length, 0) / records.length,
    );
  }
  const raw = await measureRaw(recordBytes);
  return {
    machine: machine(),
    sync,
    stacks,
    stages: figures,
    raw,
    ratioToRawBatch: rounded((figures.at(-1)?.appendsPerS ?? 0) / raw.batch100),
  };
}

/** The figures for people. */
export function ticketTable({ machine: on, sync, stages: all, raw, ratioToRawBatch }: TicketFigures): string {
  const head = [
    "in flight",
    "tickets",
    "tickets/s",
    "p50 ms",
    "p99 ms",
    "CPU ms/ticket",
    "appends/ticket",
    "appends/s",
  ];
  const rows = all.map((one) => [
    one.inFlight,
    one.tickets,
    one.ticketsPerS,
    one.p50Ms,
    one.p99Ms,
    one.cpuMsPerTicket,
    one.appendsPerTicket,
    one.appendsPerS,
  ]);
  const cpu = all.map((one) => [one.inFlight, ...Object.values(one.cpuMsByProcess)]);
  return [
    `${on.cores} cores (${on.cpu}), load ${on.load1m}, Node ${on.node}; sync: ${sync}; tickets over ${stacks} stacks`,
    toTable([head, ...rows]),
    "CPU ms per ticket",
    toTable([["in flight", ...Object.keys(all[0]?.cpuMsByProcess ?? {})], ...cpu]),
    `Raw publishes of ${raw.bodyBytes} bytes per second`,
    toTable([
      ["single, 1 in flight", raw.single1],
      ["single, 32 in flight", raw.single32],
      ["atomic batch of 100", raw.batch100],
    ]),
    `Appends at the most in flight by raw batches: ${ratioToRawBatch}`,
  ].join("\n");
}
