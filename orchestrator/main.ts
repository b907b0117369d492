import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock, type Clock } from "../bus/kernel/clock.ts";
import type { Logger } from "../bus/kernel/log.ts";
import type { CoreBus } from "../bus/ports/bus.ts";
import { standardRegistry, type FlowRegistry } from "../workflows/registry.ts";
import { createDiskRoom } from "./disk-room.ts";
import { createDispatch } from "./flows/dispatch.ts";
import { createFlowRunner } from "./flows/runner.ts";
import { createClaims } from "./intake/claims.ts";
import { createIntentIntake } from "./intake/intents.ts";
import { createResultIntake } from "./intake/results.ts";
import { aliveForMs, createPresence } from "./presence.ts";
import { createQueries } from "./queries/queries.ts";
import { createSweep } from "./sweep.ts";
import { tellMoved } from "./tell.ts";
import { createTicketNumbers } from "./ticket-numbers.ts";
import { createViewFollower } from "./view/follower.ts";
import { createViewReader } from "./view/reader.ts";
import { openView } from "./view/schema.ts";
import { createViewWriter } from "./view/writer.ts";

export interface OrchestratorOptions {
  readonly bus: CoreBus;
  /** Where the read model is kept, or `:memory:`. */
  readonly stateDir: string;
  /** Unique among the parts of this installation; one subject token. */
  readonly instance: string;
  readonly log: Logger;
  /** Ends it; what is in hand is finished first. */
  readonly signal: AbortSignal;
  /** Called once it answers intents. */
  readonly onReady?: () => void;
  readonly registry?: FlowRegistry;
  readonly clock?: Clock;
  /** How long a flow may wait for a command before it is sent again; default 15 s. */
  readonly patienceMs?: number;
}

const beatEveryMs = 2_000;
const sweepEveryMs = 5_000;
const maxInHand = 512;

/** Runs flows durably until the signal: append, dispatch, leases, timers, recovery, read model. */
export async function runOrchestrator(options: OrchestratorOptions): Promise<void> {
  const { bus, log, signal, instance, clock = systemClock, registry = standardRegistry } = options;
  const presence = createPresence(clock);
  const db = openView(await viewPath(options));
  const view = createViewReader(db);
  const follower = createViewFollower(bus.flows, view, createViewWriter(db), log);
  const dispatch = createDispatch(bus, log);
  const runner = createFlowRunner({
    flows: bus.flows,
    registry,
    clock,
    afterAppend: async (moved) => {
      tellMoved(bus, moved);
      await dispatch.first(moved.record, moved.commands, moved.timers);
    },
    again: (record) => dispatch.repeat(record, record.pending, clock.nowMs()),
  });
  const sweep = createSweep({
    view,
    runner,
    dispatch,
    presence,
    clock,
    log,
    patienceMs: options.patienceMs ?? 15_000,
  });
  const queries = createQueries({
    bus,
    claims: createClaims(runner, presence),
    presence,
    view,
    catchUp: () => follower.catchUp(),
    sinceMs: clock.nowMs(),
  });
  const intents = createIntentIntake({
    runner,
    numbers: createTicketNumbers(view),
    queries,
    room: createDiskRoom(options.stateDir, clock),
  });
  const results = createResultIntake(runner, bus.dead, log);
  const taking = { signal, maxInHand };

  let lost = true;
  let wakeSweep: () => void = () => undefined;
  bus.onReady(() => {
    runner.reset();
    lost = true;
    wakeSweep();
    follower
      .check()
      .catch((error: unknown) =>
        log.warn({ err: error }, "the log did not answer, the read model stays as it is"),
      );
  });

  const beatSelf = (): void => {
    const own = { part: "orchestrator", instance, pid: process.pid, atMs: clock.nowMs(), running: [] };
    presence.seen(own);
    bus.beat(own);
  };
  beatSelf();
  const beating = setInterval(beatSelf, beatEveryMs);
  const following = keepGoing("read model", () => follower.run(signal), log, signal);
  await follower.catchUp(10_000);

  const work = [
    following,
    bus.watchHeartbeats((beat) => presence.seen(beat), signal),
    bus.takeResults(taking, results.result),
    bus.takeFlowMessages(taking, results.flowMessage),
    bus.timers.takeFired(taking, results.timer),
    bus.serveIntents(intents, signal),
    keepGoing("sweep", () => sweepUntil(signal), log, signal),
  ];
  options.onReady?.();

  async function sweepUntil(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      // What is running is known only after everyone had time to beat.
      const force = lost;
      if (force) await pause(aliveForMs / 2, until);
      if (until.aborted) return;
      if (force) lost = false;
      await sweep.run({ force });
      if (!lost)
        await Promise.race([
          pause(sweepEveryMs, until),
          new Promise<void>((resolve) => (wakeSweep = resolve)),
        ]);
    }
  }

  try {
    await Promise.all(work);
  } finally {
    clearInterval(beating);
    db.close();
  }
}

/** Waits, or ends early with the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** Runs a loop again when it fails, a second later. */
async function keepGoing(
  name: string,
  run: () => Promise<void>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await run();
      if (!signal.aborted) log.warn(`${name} ended early, starting it again`);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, `${name} failed, starting it again`);
    }
    await pause(1_000, signal);
  }
}

async function viewPath({ stateDir, instance }: OrchestratorOptions): Promise<string> {
  if (stateDir === ":memory:") return stateDir;
  const dir = join(stateDir, "view");
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return join(dir, `${instance}.sqlite`);
}
