import { z } from "zod";
import { Check, Evidence } from "./checks.ts";
import { DeployOutcome, Release } from "./deploy.ts";
import { ErrorInfo } from "./error-info.ts";
import { FlowEvent, FlowRef } from "./flow.ts";
import { Worker, type Worker as WorkerName } from "./principals.ts";
import {
  Autonomy,
  BranchName,
  CommitHash,
  Priority,
  StackName,
  TicketBrief,
  TicketTitle,
  Work,
} from "./ticket.ts";

/** A branch to deploy or merge, with the commit the evidence is about. */
const Candidate = z.strictObject({
  repo: StackName,
  baseBranch: BranchName,
  baseCommit: CommitHash,
  commit: CommitHash,
});

/** A candidate for a stack, and the release that is there before it. */
const CandidateOfStack = z.strictObject({
  stack: StackName,
  ticket: z.string(),
  candidate: Candidate,
  previous: Release.optional(),
});

/** Every command: who does it, what it gets, what it answers. A `claim` is fenced: one instance at a time holds it. */
export const commands = {
  "manager.triage": {
    input: z.strictObject({ ticket: TicketBrief }),
    output: z.strictObject({
      title: TicketTitle,
      priority: Priority,
      labels: z.array(z.string()),
      checks: z.array(Check),
      repo: StackName,
      stack: StackName.optional(),
      /** The project's own level, for a ticket that names none. */
      autonomy: Autonomy.optional(),
      summary: z.string().max(2_000),
    }),
  },
  "autopilot.decide": {
    input: z.strictObject({ ticket: TicketBrief, question: z.enum(["assign", "approve"]), reworks: z.int() }),
    output: z.strictObject({ decision: z.enum(["go", "wait"]), reason: z.string().min(1).max(500) }),
  },
  "developer.implement": {
    claim: true,
    input: z.strictObject({ ticket: TicketBrief, reasons: z.array(z.string()), attempt: z.int().positive() }),
    output: Work,
  },
  "manager.review": {
    input: z.strictObject({ ticket: TicketBrief, work: Work }),
    output: z.strictObject({
      verdict: z.enum(["approve", "rework", "block"]),
      reasons: z.array(z.string().max(2_000)).max(50),
    }),
  },
  "developer.candidate": {
    input: z.strictObject({ ticket: z.string(), repo: StackName, branch: BranchName, commit: CommitHash }),
    output: Candidate,
  },
  "monitor.deploy": {
    input: CandidateOfStack,
    output: DeployOutcome,
  },
  "monitor.verify": {
    input: z.strictObject({
      stack: StackName,
      ticket: z.string(),
      url: z.string(),
      repo: StackName,
      commit: CommitHash,
      checks: z.array(Check),
    }),
    output: z.strictObject({ passed: z.boolean(), evidence: z.array(Evidence).max(100) }),
  },
  "monitor.restore": {
    input: CandidateOfStack,
    output: DeployOutcome,
  },
  "developer.merge": {
    input: z.strictObject({ ticket: z.string(), candidate: Candidate }),
    output: z.strictObject({ commit: CommitHash, baseBranch: BranchName }),
  },
  "host.checkout": {
    input: z.strictObject({ repo: StackName, baseBranch: BranchName, commit: CommitHash }),
    output: z.strictObject({
      fastForwarded: z.boolean(),
      /** What the user types where it could not be done: one command. */
      command: z.string().optional(),
      why: z.string().optional(),
    }),
  },
} as const;
export type CommandType = keyof typeof commands;
export type CommandInput<T extends CommandType> = z.infer<(typeof commands)[T]["input"]>;
export type CommandOutput<T extends CommandType> = z.infer<(typeof commands)[T]["output"]>;

/** The verbs of one worker: `triage` of `manager.triage`. */
export function verbsOf(worker: WorkerName): readonly CommandType[] {
  return (Object.keys(commands) as CommandType[]).filter((type) => type.startsWith(`${worker}.`));
}

/** Whether a command's result is fenced by a claim. */
export function needsClaim(type: CommandType): boolean {
  return "claim" in commands[type];
}

/** A command on its way to a worker. */
export const CommandMessage = z.strictObject({
  id: z.string(),
  type: z.string(),
  worker: Worker,
  flow: FlowRef,
  input: z.unknown(),
});
export type CommandMessage = z.infer<typeof CommandMessage>;

/** A worker's answer: the output, or why there is none. */
export const ResultMessage = z.strictObject({
  commandId: z.string(),
  type: z.string(),
  flow: FlowRef,
  instance: z.string(),
  outcome: z.discriminatedUnion("ok", [
    z.strictObject({ ok: z.literal(true), output: z.unknown() }),
    z.strictObject({ ok: z.literal(false), error: ErrorInfo }),
  ]),
});
export type ResultMessage = z.infer<typeof ResultMessage>;

/** An event that one flow sends to another, through the orchestrator's own queue. */
export const FlowMessage = z.strictObject({ id: z.string(), from: FlowRef, to: FlowRef, event: FlowEvent });
export type FlowMessage = z.infer<typeof FlowMessage>;

/** Sent every few seconds by each worker instance: what it is doing, so that nobody does it twice. */
export const Heartbeat = z.strictObject({
  part: z.string(),
  instance: z.string(),
  pid: z.int(),
  atMs: z.int(),
  /** Ids of the commands in work. */
  running: z.array(z.string()).max(1_000),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
