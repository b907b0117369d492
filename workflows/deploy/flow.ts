import { conflict } from "../../bus/kernel/errors.ts";
import type { DeployState, DeployView } from "../../bus/messages/deploy.ts";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import { defineFlow, type FlowDefinition } from "../flow.ts";
import type { DeployContext } from "./context.ts";
import { createDeployMachine, defaultDeployTimeouts, type DeployTimeouts } from "./machine.ts";

/** The deploy flow, version 1: its id is the stack's name, and the first request begins it. */
export function createDeployFlow(timeouts: DeployTimeouts = defaultDeployTimeouts): FlowDefinition {
  return defineFlow({
    kind: "deploy",
    version: 1,
    machine: createDeployMachine(timeouts),
    replaysFirstEvent: true,
    inputOf: (ref, event) =>
      event.type === "deploy.request" || event.type === "deploy.rollback" ? { stack: ref.id } : undefined,
    isDone: (value) => value === "idle",
    refuse: (snapshot, event) => {
      const { stack } = snapshot.context as DeployContext;
      const state = String(snapshot.value);
      return conflict(
        "event_refused",
        `The deploy lane of "${stack}" is ${state} and does not take "${event.type}".`,
        {
          params: { stack, state, event: event.type },
        },
      ).toJSON();
    },
  });
}

/** Shows a lane's last record as the wire's view. */
export function toDeployView(record: FlowRecord): DeployView {
  const context = record.snapshot.context as DeployContext;
  return {
    stack: context.stack,
    state: record.snapshot.value as DeployState,
    version: record.version,
    queue: context.queue.map((request) => request.ticket),
    releases: [...context.releases],
    ...(context.current ? { current: context.current } : {}),
    ...(context.active ? { ticket: context.active.ticket } : {}),
  };
}
