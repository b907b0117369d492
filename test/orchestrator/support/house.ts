import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import type { TicketState, TicketView } from "../../../bus/messages/ticket.ts";
import type { ClientBus } from "../../../bus/ports/bus.ts";
import { runOrchestrator } from "../../../orchestrator/main.ts";
import { standardRegistry, type FlowRegistry } from "../../../workflows/registry.ts";
import { startCrew, type Script } from "./scripted-crew.ts";

export interface House extends AsyncDisposable {
  readonly bus: MemoryBus;
  readonly operator: ClientBus;
  /** Starts one more orchestrator; resolves once it answers. Stop it by its function. */
  orchestrator(instance?: string, registry?: FlowRegistry): Promise<() => Promise<void>>;
  /** Stops the orchestrator that the house began with. */
  stopFirst(): Promise<void>;
  startCrew(): void;
  /** Resolves with the ticket once it is in one of the states. */
  until(id: string, ...states: TicketState[]): Promise<TicketView>;
}

export interface HouseOptions {
  readonly script?: Script;
  /** Whether a worker of each kind is there from the start; default yes. */
  readonly crew?: boolean;
  readonly registry?: FlowRegistry;
}

/** An orchestrator with a scripted crew on the memory bus. */
export async function createHouse({
  script = {},
  crew = true,
  registry: first = standardRegistry,
}: HouseOptions = {}): Promise<House> {
  const bus = createMemoryBus();
  const all = new AbortController();
  const running: Promise<unknown>[] = [];
  let count = 0;
  const operator = bus.client("operator");

  async function orchestrator(
    instance = `orchestrator-${(count += 1)}`,
    registry = first,
  ): Promise<() => Promise<void>> {
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, all.signal]);
    let run: Promise<void> = Promise.resolve();
    await new Promise<void>((onReady, reject) => {
      run = runOrchestrator({
        bus: bus.core(),
        stateDir: ":memory:",
        instance,
        log: silentLogger,
        signal,
        onReady,
        registry,
        patienceMs: 300,
      });
      run.catch(reject);
    });
    running.push(run);
    return async () => {
      own.abort();
      await run;
    };
  }

  function crewUp(): void {
    running.push(startCrew((worker) => bus.worker(worker, `${worker}-1`), script, all.signal));
  }

  const stopFirst = await orchestrator();
  if (crew) crewUp();

  return {
    bus,
    operator,
    orchestrator,
    stopFirst,
    startCrew: crewUp,
    async until(id, ...states) {
      for (let tries = 0; tries < 1_000; tries += 1) {
        const ticket = await operator.ask("ticket.show", { id });
        if (states.includes(ticket.state)) return ticket;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const ticket = await operator.ask("ticket.show", { id });
      throw new Error(
        `${id} is ${ticket.state}, not ${states.join(" or ")}: ${ticket.blocked?.error.message ?? ""}`,
      );
    },
    async [Symbol.asyncDispose]() {
      all.abort();
      await Promise.allSettled(running);
      await bus[Symbol.asyncDispose]();
    },
  };
}
