import type { IncidentReport } from "../../bus/messages/incident.ts";
import type { EventMeta } from "../ticket/context.ts";

/** One symptom in production, with the ticket that was opened for it; plain data, bounded. */
export interface IncidentContext extends Omit<IncidentReport, "text"> {
  readonly ticket: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** How often it was reported since it last began. */
  readonly times: number;
}

type Reported = { readonly type: "incident.report"; readonly ticket: string } & IncidentReport & EventMeta;

/** All that can happen to an incident. */
export type IncidentEvent = Reported | ({ readonly type: "incident.clear" } & EventMeta);

/** The context of an incident that was just reported for the first time. */
export function createIncidentContext(report: Reported): IncidentContext {
  const { key, stack, service, code, title, release, suspectCommit, suspectTicket, quietMs, ticket, atMs } =
    report;
  return {
    ...{ key, stack, code, title, quietMs, ticket },
    ...(service === undefined ? {} : { service }),
    ...(release === undefined ? {} : { release }),
    ...(suspectCommit === undefined ? {} : { suspectCommit }),
    ...(suspectTicket === undefined ? {} : { suspectTicket }),
    firstSeenMs: atMs,
    lastSeenMs: atMs,
    times: 1,
  };
}
