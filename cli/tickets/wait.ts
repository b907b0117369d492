import { setTimeout as sleep } from "node:timers/promises";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { parseTicketId } from "../place/operator.ts";
import type { Screen } from "../../terminal/screen.ts";
import { parseState } from "./list.ts";
import { readHistory } from "./show.ts";
import { blockedSentence, nextSteps, restingStates } from "./states.ts";
import { renderEntry, toTimeline, type TimelineEntry } from "./timeline.ts";

interface WaitOptions {
  readonly for?: string;
  readonly timeout?: number;
}

/** Exit codes of `ticket wait`, by how the ticket ended; 0 where it is as wanted. */
export const waitExitCodes = { blocked: 10, cancelled: 11, closed: 12, timeout: 124 } as const;

/** `ticket wait`. @throws `state_unknown` */
export async function waitTicket(invocation: Invocation<WaitOptions>, id: string): Promise<number> {
  const { screen, options, signal } = invocation;
  const ticket = parseTicketId(id);
  const wanted = options.for === undefined ? undefined : parseState(options.for);
  const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1_000;
  const result = await withOperator(invocation, (bus) =>
    followTicket(bus, ticket, {
      signal,
      ...(wanted === undefined ? {} : { wanted }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onEntry: (entry) =>
        screen.json
          ? screen.data({ type: "entry", ticket, ...entry })
          : screen.line(renderEntry(screen, entry)),
      onWaiting: (view) => screen.note(`${view.id} waits for you: ${nextSteps(view)[0] ?? ""}`),
    }),
  );
  return reportEnd(screen, result, wanted);
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly wanted?: TicketState;
  readonly timeoutMs?: number;
  readonly onEntry: (entry: TimelineEntry) => void;
  /** Called each time the ticket begins to wait for a person's approval. */
  readonly onWaiting?: (ticket: TicketView) => void;
  /** How often to look where the feed says nothing. */
  readonly pollMs?: number;
}

export interface FollowResult {
  readonly ticket: TicketView;
  /** Whether it is in the wanted state or, where none was named, at rest. */
  readonly ended: boolean;
}

/** Follows a ticket through its states, across restarts of everything, until it is where it should be or the time is up. */
export async function followTicket(
  bus: ClientBus,
  id: string,
  options: FollowOptions,
): Promise<FollowResult> {
  const { wanted, timeoutMs, onEntry, onWaiting, pollMs = 500 } = options;
  const stop = new AbortController();
  const ending = AbortSignal.any([options.signal, stop.signal]);
  const deadlineMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
  const bell = createBell(ending);
  const watching = bus.watchFeed((entry) => entry.flow === `ticket/${id}` && bell.ring(), stop.signal);
  let ticket = await bus.ask("ticket.show", { id });
  let version = 0;
  let state: TicketState | undefined;
  let toldWaiting = true;
  let seen = false;
  try {
    for (;;) {
      const news = await readHistory(bus, id, version).catch(tolerate);
      for (const entry of toTimeline(news ?? [])) {
        onEntry(entry);
        version = entry.version;
        const before = state;
        state = entry.state;
        if (state !== before) toldWaiting = false;
        if (state !== before && (turnsBack(state) || isResting(before))) seen = false;
        if (state === wanted) seen = true;
      }
      if (news && news.length > 0) ticket = (await bus.ask("ticket.show", { id }).catch(tolerate)) ?? ticket;
      // a rest that was left again, by a resume or a reopening, is none
      if (seen || (isResting(state) && ticket.version === version)) return { ticket, ended: true };
      // the ticket may be ahead of the timeline that was read before it
      if (
        !toldWaiting &&
        state === "approving" &&
        ticket.version === version &&
        ticket.approvalHash !== undefined
      ) {
        toldWaiting = true;
        onWaiting?.(ticket);
      }
      if (ending.aborted || Date.now() >= deadlineMs) return { ticket, ended: false };
      await bell.wait(Math.min(pollMs, deadlineMs - Date.now()));
    }
  } finally {
    stop.abort();
    await watching;
  }
}

/** Whether a state is one in which the story begins again: what was passed before does not count. */
function turnsBack(state: TicketState): boolean {
  return state === "reopened" || state === "rework";
}

function isResting(state: TicketState | undefined): boolean {
  return restingStates.some((resting) => resting === state);
}

/** A bus that is away for a moment is waited for. */
function tolerate(error: unknown): undefined {
  if (error instanceof DockfraError && error.retryable) return undefined;
  throw error;
}

function createBell(signal: AbortSignal): { ring(): void; wait(timeoutMs: number): Promise<void> } {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (timeoutMs) => {
      if (!rung) {
        const quiet = new AbortController();
        wake = () => quiet.abort();
        await sleep(Math.max(0, timeoutMs), undefined, {
          signal: AbortSignal.any([signal, quiet.signal]),
        }).catch(ignoreAbort);
        wake = undefined;
      }
      rung = false;
    },
  };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}

function reportEnd(screen: Screen, { ticket, ended }: FollowResult, wanted: TicketState | undefined): number {
  const exitCode = exitCodeOf(ticket.state, ended, wanted);
  const why = blockedSentence(ticket);
  const next = nextSteps(ticket);
  if (screen.json) {
    screen.data({
      ok: exitCode === 0,
      type: "end",
      ticket: ticket.id,
      state: ticket.state,
      version: ticket.version,
      ...(why ? { why } : {}),
      next,
    });
    return exitCode;
  }
  if (!ended)
    screen.note(
      `${ticket.id} is ${ticket.state}; the wait is over. Go on with: dockfra ticket wait ${ticket.id}`,
    );
  if (why !== undefined) screen.line(why);
  for (const step of next) screen.line(screen.paint("dim", `Next: ${step}`));
  return exitCode;
}

function exitCodeOf(state: TicketState, ended: boolean, wanted: TicketState | undefined): number {
  if (!ended) return waitExitCodes.timeout;
  if (state === (wanted ?? "closed")) return 0;
  if (state === "blocked" || state === "cancelled" || state === "closed") return waitExitCodes[state];
  return 0;
}
