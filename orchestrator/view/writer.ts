import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { ticketNumber } from "../../bus/kernel/ids.ts";
import type { FlowRecord } from "../../bus/messages/flow.ts";
import type { StoredRecord } from "../../bus/ports/flow-log.ts";
import { causeKey } from "../flows/step.ts";
import { toDeployView } from "../../workflows/deploy/flow.ts";
import { toIncidentView } from "../../workflows/incident/flow.ts";
import { ticketState, toTicketView } from "../../workflows/ticket/view.ts";

/** In the order of {@link toRow}: values by place cost half of values by name. */
const columns = [
  "kind",
  "id",
  "seq",
  "version",
  "state",
  "done",
  "at_ms",
  "pending",
  "next_due_ms",
  "number",
  "priority",
  "assigned_to",
  "created_by_cause",
  "view",
] as const;

/** Writes records into the read model, many in one transaction. */
export function createViewWriter(db: DatabaseSync) {
  const upsert = db.prepare(`
    INSERT INTO flows (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (kind, id) DO UPDATE SET
      seq = excluded.seq, version = excluded.version, state = excluded.state, done = excluded.done,
      at_ms = excluded.at_ms, pending = excluded.pending, next_due_ms = excluded.next_due_ms,
      priority = excluded.priority, assigned_to = excluded.assigned_to,
      created_by_cause = coalesce(flows.created_by_cause, excluded.created_by_cause), view = excluded.view
    WHERE excluded.seq > flows.seq`);
  const mark = db.prepare(
    "INSERT INTO progress (one, seq, store_id) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, store_id = excluded.store_id",
  );
  return {
    /** Applies records in order; of one flow only the last counts, but the first one's cause is kept. */
    apply(records: readonly StoredRecord[], storeId: string): void {
      const newest = new Map<string, { stored: StoredRecord; cause: string | null }>();
      for (const stored of records) {
        const { kind, id, version, cause } = stored.record;
        const key = `${kind}/${id}`;
        newest.set(key, {
          stored,
          cause: version === 1 ? causeKey(cause) : (newest.get(key)?.cause ?? null),
        });
      }
      const last = records.at(-1);
      if (!last) return;
      const rows = [...newest.values()].map(({ stored, cause }) => toRow(stored, cause));
      db.exec("BEGIN");
      for (const row of rows) upsert.run(...row);
      mark.run(last.seq, storeId);
      db.exec("COMMIT");
    },
    /** Forgets everything, before the log is read anew. */
    clear(storeId: string): void {
      db.exec("BEGIN; DELETE FROM flows;");
      mark.run(0, storeId);
      db.exec("COMMIT");
    },
  };
}
export type ViewWriter = ReturnType<typeof createViewWriter>;

function toRow({ seq, record }: StoredRecord, cause: string | null): SQLInputValue[] {
  const ticket = record.kind === "ticket" ? toTicketView(record) : undefined;
  const dues = Object.values(record.timers).map((timer) => timer.dueAtMs);
  return [
    record.kind,
    record.id,
    seq,
    record.version,
    stateOf(record),
    record.snapshot.done ? 1 : 0,
    record.atMs,
    record.pending.length,
    dues.length > 0 ? Math.min(...dues) : null,
    ticketNumber(record.id) ?? null,
    ticket?.priority ?? null,
    ticket?.assignedTo ?? null,
    cause,
    JSON.stringify(ticket ?? (record.kind === "deploy" ? toDeployView(record) : toIncidentView(record))),
  ];
}

/** The state by which flows are counted and filtered. */
export function stateOf(record: FlowRecord): string {
  return record.kind === "ticket" ? ticketState(record.snapshot.value) : String(record.snapshot.value);
}
