import { z } from "zod";
import { DeployView } from "./deploy.ts";
import { ErrorInfo } from "./error-info.ts";
import { FeedItem } from "./feed.ts";
import { FlowKind, FlowRecord } from "./flow.ts";
import { IncidentKey, IncidentReport, IncidentView } from "./incident.ts";
import { ArtifactHash, Text } from "./text.ts";
import {
  Autonomy,
  Priority,
  StackName,
  TicketCheck,
  TicketId,
  TicketState,
  TicketTitle,
  TicketView,
} from "./ticket.ts";

const Note = Text.optional();
const OnTicket = z.strictObject({ id: TicketId, note: Note });

/** What a ticket has beside its title. */
const ticketFields = {
  description: Text.optional(),
  priority: Priority.optional(),
  labels: z.array(z.string().trim().min(1).max(100)).max(50).optional(),
  checks: z.array(TicketCheck).max(50).optional(),
  repo: StackName.optional(),
  stack: StackName.optional(),
  autonomy: Autonomy.optional(),
};

/** What changes a ticket: every one is answered after its append, with the new version. */
export const ticketIntents = {
  "ticket.create": z.strictObject({
    title: TicketTitle,
    ...ticketFields,
  }),
  "ticket.update": z.strictObject({
    id: TicketId,
    title: TicketTitle.optional(),
    ...ticketFields,
    assignedTo: z.string().max(100).optional(),
  }),
  "ticket.comment": z.strictObject({ id: TicketId, text: Text, author: z.string().max(200).optional() }),
  /** Where the ticket's preview answers; without a URL there is none any more. */
  "ticket.preview": z.strictObject({
    id: TicketId,
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
  }),
  "ticket.assign": OnTicket,
  "ticket.approve": OnTicket.extend({ approvalHash: z.string().max(100).optional() }),
  "ticket.reject": OnTicket.extend({ reasons: z.array(z.string().min(1).max(2_000)).min(1).max(20) }),
  "ticket.pause": OnTicket,
  "ticket.resume": OnTicket,
  "ticket.cancel": OnTicket,
  "ticket.reopen": OnTicket,
} as const;
export type TicketIntent = keyof typeof ticketIntents;

/** What the monitor says of production; each opens, keeps open or ends one incident with its ticket. */
export const incidentIntents = {
  "incident.report": IncidentReport,
  /** The symptom was looked for and not seen. */
  "incident.clear": z.strictObject({ key: IncidentKey }),
} as const;

/** What only reads, or changes something that is no flow. */
export const queries = {
  "ticket.list": z.strictObject({
    state: z.array(TicketState).optional(),
    status: z.string().optional(),
    priority: Priority.optional(),
    assignedTo: z.string().optional(),
    limit: z.int().min(1).max(1_000).optional(),
  }),
  "ticket.show": z.strictObject({ id: TicketId }),
  "flow.history": z.strictObject({
    kind: FlowKind,
    id: z.string().max(100),
    afterVersion: z.int().nonnegative().optional(),
    limit: z.int().min(1).max(500).optional(),
  }),
  "deploy.list": z.strictObject({}),
  "incident.list": z.strictObject({}),
  "status.show": z.strictObject({}),
  "feed.list": z.strictObject({
    sinceSeq: z.int().nonnegative().optional(),
    limit: z.int().min(1).max(1_000).optional(),
  }),
  "settings.get": z.strictObject({ key: z.string().regex(/^[a-z][a-z0-9.-]{0,99}$/) }),
  "settings.set": z.strictObject({
    key: z.string().regex(/^[a-z][a-z0-9.-]{0,99}$/),
    value: z.string().max(65_536),
  }),
  "artifact.put": z.strictObject({
    hash: ArtifactHash,
    sizeBytes: z
      .int()
      .nonnegative()
      .max(64 * 1024 * 1024),
    offsetBytes: z.int().nonnegative(),
    /** At most 512 KiB of bytes. */
    chunkBase64: z.string().max(700_000),
  }),
  "artifact.get": z.strictObject({ hash: ArtifactHash, offsetBytes: z.int().nonnegative() }),
  "command.claim": z.strictObject({
    flow: z.strictObject({ kind: FlowKind, id: z.string() }),
    commandId: z.string(),
    instance: z.string(),
  }),
  "command.check": z.strictObject({
    flow: z.strictObject({ kind: FlowKind, id: z.string() }),
    commandId: z.string(),
    instance: z.string(),
  }),
  "dead.list": z.strictObject({ limit: z.int().min(1).max(1_000).optional() }),
  "dead.retry": z.strictObject({ seq: z.int().positive() }),
  "dead.drop": z.strictObject({ seq: z.int().positive() }),
} as const;
export type Query = keyof typeof queries;

/** Every verb that can be asked of the orchestrator, with the schema of its input. */
export const intents = { ...ticketIntents, ...incidentIntents, ...queries } as const;
export type Intent = keyof typeof intents;
export type IntentInput<V extends Intent> = z.input<(typeof intents)[V]>;

const Changed = z.strictObject({ id: z.string(), version: z.int() });
const Parts = z.strictObject({
  part: z.string(),
  instance: z.string(),
  pid: z.int(),
  running: z.array(z.string()),
  seenAtMs: z.int(),
});

/** One dead-lettered message, with why. */
export const DeadLetter = z.strictObject({
  seq: z.int(),
  stream: z.string(),
  subject: z.string(),
  error: ErrorInfo,
  atMs: z.int(),
  bodyHead: z.string(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

const answerOf = {
  "ticket.list": z.strictObject({ tickets: z.array(TicketView), total: z.int() }),
  "ticket.show": TicketView,
  "flow.history": z.strictObject({ records: z.array(FlowRecord), more: z.boolean() }),
  "deploy.list": z.strictObject({ lanes: z.array(DeployView) }),
  "incident.list": z.strictObject({ incidents: z.array(IncidentView).max(1_000) }),
  "status.show": z.strictObject({
    parts: z.array(Parts),
    tickets: z.record(z.string(), z.int()),
    sync: z.string(),
    natsVersion: z.string(),
    deadLetters: z.int(),
    sinceMs: z.int(),
  }),
  "feed.list": z.strictObject({ items: z.array(FeedItem), lastSeq: z.int() }),
  "settings.get": z.strictObject({ key: z.string(), value: z.string().optional() }),
  "settings.set": Changed,
  "artifact.put": z.strictObject({ hash: ArtifactHash, complete: z.boolean() }),
  "artifact.get": z.strictObject({ sizeBytes: z.int(), chunkBase64: z.string() }),
  "command.claim": z.strictObject({ lease: z.int() }),
  "command.check": z.strictObject({ valid: z.boolean() }),
  "dead.list": z.strictObject({ letters: z.array(DeadLetter) }),
  "dead.retry": Changed,
  "dead.drop": Changed,
} as const;

/** The data of an accepted answer, by verb; a ticket's change answers with its id and new version. */
export type IntentAnswer<V extends Intent> = V extends keyof typeof answerOf
  ? z.infer<(typeof answerOf)[V]>
  : z.infer<typeof Changed>;

/** Schema of the data of an accepted answer. */
export function answerSchema(verb: Intent): z.ZodType {
  return verb in answerOf ? answerOf[verb as keyof typeof answerOf] : Changed;
}

/** What every request is answered with: data, or a coded refusal. */
export const Answer = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), data: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: ErrorInfo }),
]);
export type Answer = z.infer<typeof Answer>;
