import type { ClientBus } from "../../bus/ports/bus.ts";
import type { TicketView } from "../../bus/messages/ticket.ts";
import { DockfraError } from "../../bus/kernel/errors.ts";
import { askGit } from "../host/git.ts";
import { currentActor } from "../place/operator.ts";
import type { Screen } from "../../terminal/screen.ts";
import { submitTicket } from "../tickets/create.ts";
import { renderEntry, type TimelineEntry } from "../tickets/timeline.ts";
import { followTicket } from "../tickets/wait.ts";
import { blockedSentence } from "../tickets/states.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Verdict, AfterTicket } from "./expectations.ts";
import type { SampleTicket } from "./work-folder.ts";

export interface StoryOptions {
  readonly bus: ClientBus;
  readonly screen: Screen;
  readonly dir: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How one ticket of the demo went. */
export interface Story {
  readonly ticket: TicketView;
  readonly entries: readonly TimelineEntry[];
  readonly verdict: Verdict;
}

/** Hands a ticket in, follows it to its end, approves it where it asks, and looks whether it came out as it should. */
export async function tellStory(
  sample: SampleTicket,
  expect: (after: AfterTicket) => Promise<Verdict>,
  { bus, screen, dir, url, timeoutMs, signal }: StoryOptions,
): Promise<Story> {
  const before = await askGit(dir, ["rev-parse", "HEAD"]);
  const { id } = await submitTicket(bus, sample);
  screen.line();
  screen.line(`${screen.paint("bold", id)}  ${screen.paint("bold", sample.title)}`);
  const entries: TimelineEntry[] = [];
  const approvals: Promise<void>[] = [];
  const { ticket } = await followTicket(bus, id, {
    signal,
    timeoutMs,
    onEntry: (entry) => {
      entries.push(entry);
      screen.line(`  ${renderEntry(screen, entry)}`);
    },
    onWaiting: (view) => {
      screen.line(
        screen.paint(
          "yellow",
          `            A person has the word now. The demo approves, as you would with: dockfra ticket approve ${id}`,
        ),
      );
      approvals.push(approve(bus, view));
    },
  });
  await Promise.all(approvals);
  const why = blockedSentence(ticket);
  const isSaid = why !== undefined && entries.at(-1)?.sentence.endsWith(printableLine(why)) === true;
  if (why !== undefined && !isSaid)
    screen.line(`            ${screen.paint("yellow", printableLine(why, 600))}`);
  for (const line of testLines(ticket)) screen.line(screen.paint("dim", `            │ ${line}`));
  const verdict = await expect({ ticket, url, dir, before });
  return { ticket, entries, verdict };
}

async function approve(bus: ClientBus, { id, approvalHash }: TicketView): Promise<void> {
  try {
    await bus.ask(
      "ticket.approve",
      { id, ...(approvalHash === undefined ? {} : { approvalHash }) },
      { actor: currentActor() },
    );
  } catch (error) {
    // it went on by itself meanwhile, or asks again: the timeline shows which
    if (!(error instanceof DockfraError && error.kind === "conflict")) throw error;
  }
}

/** The lines of a failing test that say what is wrong. */
function testLines({ work }: TicketView): string[] {
  if (work === undefined || work.tests.passed) return [];
  const telling = work.tests.output.head
    .split("\n")
    .filter((line) => /^\s*(?:not ok|✖|AssertionError|.*\bexpected\b.*)/u.test(line));
  return telling.slice(0, 4).map((line) => printableLine(line, 120));
}
