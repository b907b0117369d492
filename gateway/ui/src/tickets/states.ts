import type { TicketState, TicketView } from "../../../../bus/messages/ticket.ts";

/** The columns of the board. */
export const columns = ["open", "in_progress", "review", "done"] as const;
export type Column = (typeof columns)[number];

/** How a state is coloured. */
export type Tone = "quiet" | "busy" | "wait" | "bad" | "good";

/** What a person can do to a ticket. */
export type Verb = "assign" | "approve" | "reject" | "pause" | "resume" | "cancel" | "reopen";

interface StateFacts {
  readonly column: Column;
  readonly tone: Tone;
  readonly verbs: readonly Verb[];
  /** Place on the way from text to closed, from 0; absent off the way. */
  readonly step?: number;
}

const work = ["pause", "cancel"] as const;

/** The way of a ticket, as its rail shows it. */
export const steps = ["triage", "work", "review", "approve", "deploy", "verify", "merge", "closed"] as const;

const facts: Readonly<Record<TicketState, StateFacts>> = {
  open: { column: "open", tone: "quiet", verbs: ["assign", ...work], step: 0 },
  reopened: { column: "open", tone: "quiet", verbs: ["assign", ...work], step: 0 },
  assigned: { column: "in_progress", tone: "busy", verbs: work, step: 1 },
  implementing: { column: "in_progress", tone: "busy", verbs: work, step: 1 },
  rework: { column: "in_progress", tone: "busy", verbs: work, step: 1 },
  blocked: { column: "in_progress", tone: "bad", verbs: ["resume", "cancel"] },
  paused: { column: "in_progress", tone: "wait", verbs: ["resume", "cancel"] },
  reviewing: { column: "review", tone: "busy", verbs: work, step: 2 },
  approving: { column: "review", tone: "wait", verbs: ["approve", "reject", ...work], step: 3 },
  deploying: { column: "review", tone: "busy", verbs: ["cancel"], step: 4 },
  verifying: { column: "review", tone: "busy", verbs: ["cancel"], step: 5 },
  restoring: { column: "review", tone: "bad", verbs: [] },
  merging: { column: "done", tone: "busy", verbs: [], step: 6 },
  closed: { column: "done", tone: "good", verbs: ["reopen"], step: 7 },
  cancelled: { column: "done", tone: "quiet", verbs: ["reopen"] },
};

const editable: ReadonlySet<TicketState> = new Set([
  "open",
  "reopened",
  "assigned",
  "rework",
  "implementing",
  "reviewing",
  "approving",
  "blocked",
  "paused",
]);

export const columnOf = (state: TicketState): Column => facts[state].column;
export const toneOf = (state: TicketState): Tone => facts[state].tone;

/** Whether what a ticket asks for can still be changed. */
export function isEditable(state: TicketState): boolean {
  return editable.has(state);
}

/** What a person can do now; a ticket that begins by itself need not be told to. */
export function verbsOf({ state, autonomy, author }: TicketView): readonly Verb[] {
  const beginsAlone = autonomy !== "manual" && author.trusted;
  return facts[state].verbs.filter((verb) => verb !== "assign" || !beginsAlone);
}

/** Whether nothing goes on until a person decides. */
export function needsPerson(ticket: TicketView): boolean {
  const { state } = ticket;
  return (
    state === "blocked" || state === "approving" || state === "paused" || verbsOf(ticket).includes("assign")
  );
}

/** Place on the way; a ticket that stands still is where it stopped. */
export function stepOf({ state, blocked, work: done, evidence }: TicketView): number {
  const step = facts[blocked?.step ?? state].step;
  if (step !== undefined) return step;
  if (evidence.length > 0) return 5;
  return done === undefined ? 1 : 3;
}
