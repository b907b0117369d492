import type { DatabaseSync } from "node:sqlite";
import type { DeployView } from "../../bus/messages/deploy.ts";
import type { IncidentView } from "../../bus/messages/incident.ts";
import type { FlowRef } from "../../bus/messages/flow.ts";
import { statusOfState, ticketStates, type TicketView } from "../../bus/messages/ticket.ts";

export interface TicketFilter {
  readonly state?: readonly string[] | undefined;
  readonly status?: string | undefined;
  readonly priority?: string | undefined;
  readonly assignedTo?: string | undefined;
  readonly limit?: number | undefined;
}

/** A flow with the sequence of its last record that the read model knows. */
export interface FlowPlace {
  readonly ref: FlowRef;
  readonly seq: number;
}

type PlaceRow = FlowRef & { readonly seq: number };
const toPlace = ({ kind, id, seq }: PlaceRow): FlowPlace => ({ ref: { kind, id }, seq });

/** Reads lists and counts from the read model. */
export function createViewReader(db: DatabaseSync) {
  const one = db.prepare("SELECT view FROM flows WHERE kind = 'ticket' AND created_by_cause = ?");
  const maxNumber = db.prepare("SELECT max(number) AS number FROM flows WHERE kind = 'ticket'");
  const counts = db.prepare("SELECT state, count(*) AS n FROM flows WHERE kind = 'ticket' GROUP BY state");
  const lanes = db.prepare("SELECT view FROM flows WHERE kind = 'deploy' ORDER BY id");
  const incidents = db.prepare(
    "SELECT view FROM flows WHERE kind = 'incident' ORDER BY at_ms DESC LIMIT 1000",
  );
  const waiting = db.prepare(
    "SELECT kind, id, seq FROM flows WHERE pending > 0 AND done = 0 AND at_ms <= ? ORDER BY at_ms LIMIT ?",
  );
  const overdue = db.prepare(
    "SELECT kind, id, seq FROM flows WHERE next_due_ms <= ? ORDER BY next_due_ms LIMIT ?",
  );
  const progress = db.prepare("SELECT seq, store_id AS storeId FROM progress WHERE one = 1");

  return {
    /** Tickets, newest first, and how many match in all. */
    tickets(filter: TicketFilter): { tickets: TicketView[]; total: number } {
      const states = ticketStates.filter(
        (state) =>
          (!filter.state || filter.state.includes(state)) &&
          (!filter.status || statusOfState[state] === filter.status),
      );
      const where = [`kind = 'ticket'`, `state IN (${states.map(() => "?").join(",")})`];
      const values: (string | number)[] = [...states];
      const named = { priority: filter.priority, assigned_to: filter.assignedTo };
      for (const [column, value] of Object.entries(named)) {
        if (!value) continue;
        where.push(`${column} = ?`);
        values.push(value);
      }
      const clause = where.join(" AND ");
      const { total } = db.prepare(`SELECT count(*) AS total FROM flows WHERE ${clause}`).get(...values) as {
        total: number;
      };
      const rows = db
        .prepare(`SELECT view FROM flows WHERE ${clause} ORDER BY number DESC LIMIT ?`)
        .all(...values, filter.limit ?? 200) as { view: string }[];
      return { tickets: rows.map((row) => JSON.parse(row.view) as TicketView), total };
    },
    /** The ticket that the message with this {@link causeKey} created, where one did. */
    createdBy(cause: string): TicketView | undefined {
      const row = one.get(cause) as { view: string } | undefined;
      return row && (JSON.parse(row.view) as TicketView);
    },
    highestNumber: (): number => (maxNumber.get() as { number: number | null }).number ?? 0,
    countsByState: (): Record<string, number> =>
      Object.fromEntries((counts.all() as { state: string; n: number }[]).map(({ state, n }) => [state, n])),
    deployLanes: (): DeployView[] =>
      (lanes.all() as { view: string }[]).map((row) => JSON.parse(row.view) as DeployView),
    /** The latest first. */
    incidents: (): IncidentView[] =>
      (incidents.all() as { view: string }[]).map((row) => JSON.parse(row.view) as IncidentView),
    /** Flows that wait for work since before this time, longest first. */
    waitingSince: (atMs: number, limit: number): FlowPlace[] =>
      (waiting.all(atMs, limit) as unknown as PlaceRow[]).map(toPlace),
    /** Flows with a timer due up to this time, soonest first. */
    dueBy: (atMs: number, limit: number): FlowPlace[] =>
      (overdue.all(atMs, limit) as unknown as PlaceRow[]).map(toPlace),
    /** The last sequence of the log that is in here. */
    progress: (): { seq: number; storeId: string } =>
      (progress.get() as { seq: number; storeId: string } | undefined) ?? { seq: 0, storeId: "" },
  };
}
export type ViewReader = ReturnType<typeof createViewReader>;
