import type { CommandOutput } from "../../bus/messages/commands.ts";
import type { Check, Evidence } from "../../bus/messages/checks.ts";
import type { Actor, Principal } from "../../bus/messages/principals.ts";
import type { Text } from "../../bus/messages/text.ts";
import type {
  Autonomy,
  Blocked,
  Comment,
  Priority,
  TicketBrief,
  TicketState,
  Work,
} from "../../bus/messages/ticket.ts";

/** Everything a ticket remembers; plain data, bounded. */
export interface TicketContext {
  readonly id: string;
  readonly title: string;
  readonly description: Text;
  readonly priority: Priority;
  readonly labels: readonly string[];
  readonly checks: readonly Check[];
  readonly author: Actor;
  readonly autonomy: Autonomy;
  /** Whether a person chose the level; the project's own level does not override it. */
  readonly autonomyChosen: boolean;
  readonly repo?: string | undefined;
  readonly stack?: string | undefined;
  readonly assignedTo?: string | undefined;
  readonly createdAtMs: number;
  /** Counts changes of title, description, checks and stack: part of what an approval is bound to. */
  readonly textVersion: number;
  readonly comments: readonly Comment[];
  readonly work?: Work | undefined;
  /** Set where the description or the repository changed after the developer was told: the work is not what is wanted now. */
  readonly workIsOld?: boolean | undefined;
  readonly attempt: number;
  readonly reworks: number;
  readonly reasons: readonly string[];
  readonly approvedHash?: string | undefined;
  readonly approvedAtMs?: number | undefined;
  /** Counts requests to the deploy lane, so that an answer to an earlier one is known as such. */
  readonly round: number;
  /** How often the base branch moved under this work since it was last reworked or resumed. */
  readonly baseMoves: number;
  readonly candidate?: CommandOutput<"developer.candidate"> | undefined;
  readonly url?: string | undefined;
  readonly previewUrl?: string | undefined;
  readonly evidence: readonly Evidence[];
  readonly blocked?: Blocked | undefined;
  readonly pausedFrom?: TicketState | undefined;
  /** Where the ticket goes once the old release answers again. */
  readonly afterRestore?: AfterRestore | undefined;
  readonly mergedCommit?: string | undefined;
  readonly checkoutCommand?: string | undefined;
}

export interface AfterRestore {
  readonly to: "cancelled" | "rework" | "blocked" | "deploying";
  readonly blocked?: Blocked;
}

/** What the orchestrator adds to every event: when, and who. */
export interface EventMeta {
  readonly atMs: number;
  readonly by: { readonly principal: Principal; readonly actor?: Actor };
}

/** Input of a new ticket: the `ticket.create` event with its id. */
export interface TicketInput extends EventMeta {
  readonly id: string;
  readonly title: string;
  readonly description?: Text;
  readonly priority?: Priority;
  readonly labels?: readonly string[];
  readonly checks?: readonly Check[];
  readonly repo?: string;
  readonly stack?: string;
  readonly autonomy?: Autonomy;
  readonly author: Actor;
}

/** The context of a ticket that was just created. */
export function createTicketContext(input: TicketInput): TicketContext {
  return {
    id: input.id,
    title: input.title,
    description: input.description ?? { head: "" },
    priority: input.priority ?? "normal",
    labels: input.labels ?? [],
    checks: input.checks ?? [],
    author: input.author,
    autonomy: input.autonomy ?? "assisted",
    autonomyChosen: input.autonomy !== undefined,
    repo: input.repo,
    stack: input.stack,
    createdAtMs: input.atMs,
    textVersion: 1,
    comments: [],
    attempt: 0,
    reworks: 0,
    reasons: [],
    round: 0,
    baseMoves: 0,
    evidence: [],
  };
}

/** What workers are told of the ticket. */
export function toBrief(context: TicketContext): TicketBrief {
  const { id, title, description, priority, autonomy, author, repo, stack } = context;
  return {
    id,
    title,
    description,
    priority,
    autonomy,
    author,
    labels: [...context.labels],
    checks: [...context.checks],
    ...(repo ? { repo } : {}),
    ...(stack ? { stack } : {}),
  };
}

/** What an approval is bound to: the commit, which names every byte of the diff, and the version of the text. */
export function approvalHash(context: TicketContext): string | undefined {
  return context.work && `${context.work.commit}-${context.textVersion}`;
}
