import { createArtifactUploads } from "../../bus/artifact-transfer.ts";
import { notFound } from "../../bus/kernel/errors.ts";
import type { FlowKind } from "../../bus/messages/flow.ts";
import type { Query } from "../../bus/messages/intents.ts";
import type { CoreBus } from "../../bus/ports/bus.ts";
import type { IntentRequest } from "../../bus/ports/intents.ts";
import { toTicketView } from "../../workflows/ticket/view.ts";
import type { Claims } from "../intake/claims.ts";
import type { Presence } from "../presence.ts";
import type { TicketFilter, ViewReader } from "../view/reader.ts";

export interface QueriesOptions {
  readonly bus: CoreBus;
  readonly claims: Claims;
  readonly presence: Presence;
  readonly view: ViewReader;
  /** Resolves when the read model holds what is in the log now. */
  readonly catchUp: () => Promise<void>;
  readonly sinceMs: number;
}

/** Answers what only reads, and what changes something that is no flow. */
export function createQueries(options: QueriesOptions) {
  const { bus, claims, presence, view, catchUp, sinceMs } = options;
  const uploads = createArtifactUploads(bus.artifacts);

  const answers: Readonly<Record<Query, (request: IntentRequest) => Promise<unknown>>> = {
    "ticket.list": async ({ input }) => {
      await catchUp();
      return view.tickets(input as TicketFilter);
    },
    "ticket.show": async ({ input }) => {
      const { id } = input as { id: string };
      const stored = await bus.flows.last({ kind: "ticket", id });
      if (stored) return toTicketView(stored.record);
      throw notFound("ticket_unknown", `There is no ticket ${id}. Run "dockfra ticket list".`, {
        params: { ticket: id },
      });
    },
    "flow.history": async ({ input }) => {
      const {
        kind,
        id,
        afterVersion = 0,
        limit = 100,
      } = input as {
        kind: FlowKind;
        id: string;
        afterVersion?: number;
        limit?: number;
      };
      const page = await bus.flows.history({ kind, id }, { afterVersion, limit });
      if (page.records.length > 0 || afterVersion > 0) return page;
      throw notFound("flow_unknown", `There is no ${kind} "${id}". Run "dockfra ${kind} list".`, {
        params: { kind, id },
      });
    },
    "deploy.list": async () => {
      await catchUp();
      return { lanes: view.deployLanes() };
    },
    "incident.list": async () => {
      await catchUp();
      return { incidents: view.incidents() };
    },
    "status.show": async () => {
      await catchUp();
      const [{ version, sync }, deadLetters] = await Promise.all([bus.serverInfo(), bus.dead.count()]);
      return {
        parts: presence.parts(),
        tickets: view.countsByState(),
        sync,
        natsVersion: version,
        deadLetters,
        sinceMs,
      };
    },
    "feed.list": ({ input }) => {
      const { sinceSeq = 0, limit = 200 } = input as { sinceSeq?: number; limit?: number };
      return bus.readFeed({ sinceSeq, limit });
    },
    "settings.get": async ({ input }) => {
      const { key } = input as { key: string };
      const value = await bus.settings.get(key);
      return value === undefined ? { key } : { key, value };
    },
    "settings.set": async ({ input }) => {
      const { key, value } = input as { key: string; value: string };
      return { id: key, version: await bus.settings.set(key, value) };
    },
    "artifact.put": ({ input, principal }) =>
      uploads.putChunk(input as Parameters<typeof uploads.putChunk>[0], principal),
    "artifact.get": ({ input }) => uploads.getChunk(input as Parameters<typeof uploads.getChunk>[0]),
    "command.claim": (request) => claims.claim(request),
    "command.check": (request) => claims.check(request),
    "dead.list": async ({ input }) => ({
      letters: await bus.dead.list((input as { limit?: number }).limit ?? 100),
    }),
    "dead.retry": async ({ input }) => {
      const { seq } = input as { seq: number };
      await bus.dead.retry(seq);
      return { id: String(seq), version: seq };
    },
    "dead.drop": async ({ input }) => {
      const { seq } = input as { seq: number };
      await bus.dead.drop(seq);
      return { id: String(seq), version: seq };
    },
  };
  return { answer: (request: IntentRequest) => answers[request.verb as Query](request) };
}
export type Queries = ReturnType<typeof createQueries>;
