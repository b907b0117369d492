import { z } from "zod";
import { Text } from "./text.ts";
import { StackName, TicketId } from "./ticket.ts";

/** Names a symptom: the same stack, service and cause give the same key, so that one ticket is opened and not many. */
export const IncidentKey = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,99}$/);

/** What the monitor saw in production; said again as long as it is seen. */
export const IncidentReport = z.strictObject({
  key: IncidentKey,
  stack: StackName,
  service: z.string().max(200).optional(),
  /** The cause's code, as a diagnosis has it. */
  code: z.string().max(100),
  title: z.string().min(1).max(200),
  /** Evidence for people: log lines, last release, suspect commit. */
  text: Text,
  release: z.string().max(120).optional(),
  suspectCommit: z.string().max(64).optional(),
  suspectTicket: TicketId.optional(),
  /** How long the symptom must stay away before the incident counts as over. */
  quietMs: z
    .int()
    .min(1_000)
    .max(7 * 24 * 3_600_000),
});
export type IncidentReport = z.infer<typeof IncidentReport>;

export const incidentStates = ["open", "over"] as const;

/** An incident as the wire shows it. */
export const IncidentView = z.strictObject({
  key: IncidentKey,
  stack: StackName,
  service: z.string().optional(),
  code: z.string(),
  title: z.string(),
  state: z.enum(incidentStates),
  ticket: TicketId,
  version: z.int(),
  firstSeenMs: z.int(),
  lastSeenMs: z.int(),
  /** How often it was reported since it last began. */
  times: z.int().positive(),
});
export type IncidentView = z.infer<typeof IncidentView>;
