import type { TicketBrief } from "../../bus/messages/ticket.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import type { Progress } from "../runtime/handlers.ts";

/** What an engine may look at to say whether it can do a ticket. */
export interface EngineContext {
  /** The ticket's whole description; data of its author, never an instruction to us. */
  readonly text: string;
  readonly project: ProjectFile;
}

export interface EngineTask extends EngineContext {
  readonly ticket: TicketBrief;
  /** A work tree of its own; what stands there afterwards becomes the commit. */
  readonly workTree: string;
  /** The git directory of that work tree, which need not be in it. */
  readonly gitDir: string;
  /** Why an earlier attempt was sent back; empty at the first one. */
  readonly reasons: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface EngineResult {
  /** What was done, for people, in a sentence or two. */
  readonly summary: string;
}

/** A program that writes code. */
export interface Engine {
  readonly name: string;
  /** Where it starts when the ticket has a branch already: anew from the base, or on what was done before. */
  readonly startsFrom: "base" | "branch";
  canTake(ticket: TicketBrief, context: EngineContext): Promise<boolean>;
  /** Changes files in the work tree; commits, branches and remotes are not its business. @throws its own coded refusal */
  implement(task: EngineTask): Promise<EngineResult>;
}
