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
export function createIncidentContext({
  text: _,
  type: __,
  by: ___,
  atMs,
  ...report
}: Reported): IncidentContext {
  return { ...report, firstSeenMs: atMs, lastSeenMs: atMs, times: 1 };
}
