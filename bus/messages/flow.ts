import { z } from "zod";
import { Actor, Principal, Worker } from "./principals.ts";

/** The kinds of things that must survive `kill -9`. */
export const flowKinds = ["ticket", "deploy", "incident"] as const;
export const FlowKind = z.enum(flowKinds);
export type FlowKind = z.infer<typeof FlowKind>;

/** Names one flow; `id` is one subject token. */
export const FlowRef = z.strictObject({ kind: FlowKind, id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/) });
export type FlowRef = z.infer<typeof FlowRef>;

/** What happened to a flow: the machine's event, plain data. */
export const FlowEvent = z.looseObject({ type: z.string().min(1).max(100) });
export type FlowEvent = z.infer<typeof FlowEvent>;

/** Work for a worker, or an event for another flow; its id is `<kind>.<flow>.<version>.<n>` and names its effect. */
export const PendingCommand = z.strictObject({
  id: z.string().min(1).max(200),
  to: z.union([z.strictObject({ worker: Worker }), z.strictObject({ flow: FlowRef })]),
  /** Verb of the worker, or `flow.send`. */
  verb: z.string().min(1).max(100),
  input: z.unknown(),
  /** The instance that claimed it, with the version of the claim: the fence for its result. */
  holder: z.strictObject({ instance: z.string(), lease: z.int() }).optional(),
});
export type PendingCommand = z.infer<typeof PendingCommand>;

/** What made a record be appended. */
export const Cause = z.strictObject({
  id: z.string(),
  kind: z.enum(["intent", "result", "timer", "flow", "sweep"]),
  principal: Principal,
  actor: Actor.optional(),
});
export type Cause = z.infer<typeof Cause>;

/** One message of FLOWS: the event, the state after it, and the work that state waits for. */
export const FlowRecord = z.strictObject({
  kind: FlowKind,
  id: z.string(),
  /** Counts from 1 without gaps. */
  version: z.int().positive(),
  /** Version of the machine that made the snapshot. */
  machine: z.int().positive(),
  atMs: z.int().nonnegative(),
  event: FlowEvent,
  cause: Cause,
  correlationId: z.string(),
  snapshot: z.strictObject({ value: z.unknown(), context: z.unknown(), done: z.boolean() }),
  pending: z.array(PendingCommand),
  /** Durable timers by name: a fired one counts only when its version is still here. */
  timers: z.record(z.string(), z.strictObject({ version: z.int(), dueAtMs: z.int(), event: FlowEvent })),
  /** The latest causes with the version each made, newest last: a late repeat is answered from here. */
  causes: z.array(z.tuple([z.string(), z.int()])).max(32),
});
export type FlowRecord = z.infer<typeof FlowRecord>;

/** What a scheduled message says when it fires. */
export const TimerFired = z.strictObject({ flow: FlowRef, name: z.string(), version: z.int() });
export type TimerFired = z.infer<typeof TimerFired>;
