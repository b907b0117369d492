import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import type { Clock } from "../../../bus/kernel/clock.ts";
import type { FlowRecord } from "../../../bus/messages/flow.ts";
import type { CoreBus } from "../../../bus/ports/bus.ts";
import type { FlowLog } from "../../../bus/ports/flow-log.ts";
import { createFlowRunner, type FlowRunner, type Moved } from "../../../orchestrator/flows/runner.ts";
import type { FlowRegistry } from "../../../workflows/registry.ts";
import { toyRegistry } from "./toy-flow.ts";

/** A runner on a log of its own, with what it was asked to do afterwards. */
export interface RunnerUnderTest {
  readonly bus: MemoryBus;
  readonly core: CoreBus;
  readonly runner: FlowRunner;
  readonly moved: Moved[];
  readonly repeated: FlowRecord[];
}

/** A clock that stands still until it is set. */
export function heldClock(startMs = 1_000): Clock & { setMs(ms: number): void; passMs(ms: number): void } {
  let now = startMs;
  return { nowMs: () => now, setMs: (ms) => void (now = ms), passMs: (ms) => void (now += ms) };
}

/** Makes a runner; give `bus` to have a second orchestrator on the same log. */
export function runnerUnderTest({
  bus = createMemoryBus(),
  registry = toyRegistry,
  clock = heldClock(),
  wrap = (flows: FlowLog) => flows,
}: {
  bus?: MemoryBus;
  registry?: FlowRegistry;
  clock?: Clock;
  wrap?: (flows: FlowLog) => FlowLog;
} = {}): RunnerUnderTest {
  const core = bus.core();
  const moved: Moved[] = [];
  const repeated: FlowRecord[] = [];
  const runner = createFlowRunner({
    flows: wrap(core.flows),
    registry,
    clock,
    afterAppend: async (one) => void moved.push(one),
    again: async (record) => void repeated.push(record),
  });
  return { bus, core, runner, moved, repeated };
}
