import { conflict } from "../../bus/kernel/errors.ts";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import type { IncidentView } from "../../bus/messages/incident.ts";
import { defineFlow, type FlowDefinition } from "../flow.ts";
import type { IncidentContext } from "./context.ts";
import { incidentMachine } from "./machine.ts";

/** The incident flow, version 1: its id is the symptom's key, and the first report begins it. */
export function createIncidentFlow(): FlowDefinition {
  return defineFlow({
    kind: "incident",
    version: 1,
    machine: incidentMachine,
    replaysFirstEvent: false,
    inputOf: (_, event) => (event.type === "incident.report" ? event : undefined),
    isDone: (value) => value === "over",
    refuse: (snapshot, event) => {
      const { key, quietMs } = snapshot.context as IncidentContext;
      const state = String(snapshot.value);
      return conflict(
        "incident_not_quiet",
        `The incident ${key} is ${state} and does not take "${event.type}": it is over when its symptom stayed away for ${quietMs} ms.`,
        { params: { key, state, quietMs } },
      ).toJSON();
    },
  });
}

/** Shows an incident's last record as the wire's view. */
export function toIncidentView(record: FlowRecord): IncidentView {
  const context = record.snapshot.context as IncidentContext;
  const { key, stack, service, code, title, ticket, firstSeenMs, lastSeenMs, times } = context;
  return {
    key,
    stack,
    code,
    title,
    ticket,
    firstSeenMs,
    lastSeenMs,
    times,
    state: record.snapshot.value as IncidentView["state"],
    version: record.version,
    ...(service === undefined ? {} : { service }),
  };
}
