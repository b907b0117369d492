import { unavailable } from "../bus/kernel/errors.ts";
import type { FlowKind } from "../bus/messages/flow.ts";
import { createDeployFlow } from "./deploy/flow.ts";
import type { FlowDefinition } from "./flow.ts";
import { createIncidentFlow } from "./incident/flow.ts";
import { createTicketFlow } from "./ticket/flow.ts";

/** Every flow this program can run: the newest version of each kind begins flows, older ones finish theirs. */
export interface FlowRegistry {
  newest(kind: FlowKind): FlowDefinition;
  /** @throws machine_unknown for a version of a newer program */
  version(kind: FlowKind, version: number): FlowDefinition;
}

/** Makes a registry; the last definition of a kind is its newest. */
export function createRegistry(definitions: readonly FlowDefinition[]): FlowRegistry {
  const find = (kind: FlowKind, version?: number) =>
    definitions.findLast((flow) => flow.kind === kind && (version === undefined || flow.version === version));
  const required = (kind: FlowKind, version?: number): FlowDefinition => {
    const found = find(kind, version);
    if (found) return found;
    throw unavailable(
      "machine_unknown",
      `This program does not know version ${version ?? "any"} of the ${kind} machine. Start a newer Dockfra.`,
      { params: { kind, version: version ?? 0 }, retryable: false },
    );
  };
  return { newest: (kind) => required(kind), version: (kind, version) => required(kind, version) };
}

/** The flows of this program. */
export const standardRegistry: FlowRegistry = createRegistry([
  createTicketFlow(),
  createDeployFlow(),
  createIncidentFlow(),
]);
