import type { Logger } from "../../bus/kernel/log.ts";
import type { FlowRecord, PendingCommand } from "../../bus/messages/flow.ts";
import type { Timers } from "../../bus/ports/stores.ts";
import type { Dispatcher } from "../../bus/ports/work.ts";
import type { TimerChanges } from "./step.ts";

/**
 * How long before it is due a timer becomes a scheduled message, in milliseconds. Nearly every step ends long before
 * its timeout: a schedule for each would double the synced writes of a ticket, and be taken back at once.
 */
export const armAheadMs = 60_000;

/** What the dispatch of a record needs of the bus. */
export interface DispatchBus extends Dispatcher {
  readonly timers: Timers;
}

/** Sends a record's commands out and sets its timers; what fails here the sweep does again, so it only logs. */
export function createDispatch(bus: DispatchBus, log: Logger) {
  async function send(record: FlowRecord, command: PendingCommand, attempt: number): Promise<void> {
    const flow = { kind: record.kind, id: record.id };
    const causedBy = { id: record.cause.id, correlationId: record.correlationId };
    if ("flow" in command.to) {
      const event = command.input as FlowRecord["event"];
      await bus.send({ id: command.id, from: flow, to: command.to.flow, event }, { attempt, causedBy });
    } else {
      const { id, verb, input } = command;
      await bus.dispatch({ id, type: verb, worker: command.to.worker, flow, input }, { attempt, causedBy });
    }
  }

  async function settle(record: FlowRecord, tasks: readonly Promise<unknown>[]): Promise<void> {
    const failed = (await Promise.allSettled(tasks)).filter((result) => result.status === "rejected");
    for (const { reason } of failed) {
      log.warn(
        { err: reason, flow: record.id, version: record.version },
        "dispatch failed, the sweep will repeat it",
      );
    }
  }

  return {
    /** The commands and timers of a record that was just appended; a timer of the far future is armed by the sweep. */
    async first(
      record: FlowRecord,
      commands: readonly PendingCommand[],
      { set, cancelled }: TimerChanges,
    ): Promise<void> {
      const flow = { kind: record.kind, id: record.id };
      const isNear = ({ dueAtMs }: { dueAtMs: number }): boolean => dueAtMs - record.atMs <= armAheadMs;
      await settle(record, [
        ...commands.map((command) => send(record, command, 0)),
        ...set
          .filter(isNear)
          .map(({ name, dueAtMs }) => bus.timers.set({ flow, name, version: record.version }, dueAtMs)),
        ...cancelled.filter(isNear).map(({ name }) => bus.timers.cancel(flow, name)),
      ]);
    },

    /** Makes scheduled messages of a record's timers. */
    async arm(record: FlowRecord, names: readonly string[]): Promise<void> {
      const flow = { kind: record.kind, id: record.id };
      const tasks = names.flatMap((name) => {
        const timer = record.timers[name];
        return timer ? [bus.timers.set({ flow, name, version: timer.version }, timer.dueAtMs)] : [];
      });
      await settle(record, tasks);
    },

    /** Pending commands once more, though an earlier attempt may still be under way. */
    async repeat(record: FlowRecord, commands: readonly PendingCommand[], attempt: number): Promise<void> {
      await settle(
        record,
        commands.map((command) => send(record, command, attempt)),
      );
    },
  };
}
export type Dispatch = ReturnType<typeof createDispatch>;
