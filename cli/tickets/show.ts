import type { FlowRecord } from "../../bus/messages/flow.ts";
import type { TicketView } from "../../bus/messages/ticket.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";
import { formatCheck } from "../../stacks/checks/check-sentence.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { parseTicketId } from "../place/operator.ts";
import { printable, printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { formatAgo, formatDuration } from "../../terminal/time.ts";
import { paintState } from "../../agents/shell/ticket-lines.ts";
import { blockedSentence, nextSteps } from "./states.ts";
import { renderEntry, toTimeline } from "./timeline.ts";

/** `ticket show`. */
export async function showTicket(invocation: Invocation<object>, id: string): Promise<void> {
  const { screen } = invocation;
  const ref = parseTicketId(id);
  const { ticket, records } = await withOperator(invocation, async (bus) => ({
    ticket: await bus.ask("ticket.show", { id: ref }),
    records: await readHistory(bus, ref),
  }));
  if (screen.json)
    return screen.data({ ok: true, ticket, timeline: toTimeline(records), next: nextSteps(ticket) });
  for (const line of renderTicket(screen, ticket, records, Date.now())) screen.line(line);
}

/** Reads all that happened to a ticket after a version. */
export async function readHistory(bus: IntentClient, id: string, afterVersion = 0): Promise<FlowRecord[]> {
  const records: FlowRecord[] = [];
  for (;;) {
    const page = await bus.ask("flow.history", {
      kind: "ticket",
      id,
      afterVersion: records.at(-1)?.version ?? afterVersion,
      limit: 100,
    });
    records.push(...page.records);
    if (!page.more || page.records.length === 0) return records;
  }
}

function renderTicket(
  screen: Screen,
  ticket: TicketView,
  records: readonly FlowRecord[],
  nowMs: number,
): string[] {
  const { dim, title } = {
    dim: (text: string) => screen.paint("dim", text),
    title: (text: string) => screen.paint("bold", text),
  };
  const facts = [
    `priority ${ticket.priority}`,
    ticket.autonomy,
    ...(ticket.repo === undefined ? [] : [`repository ${ticket.repo}`]),
    ...(ticket.stack === undefined ? [] : [`stack ${ticket.stack}`]),
    ...(ticket.labels.length === 0
      ? []
      : [`labels ${ticket.labels.map((label) => printableLine(label)).join(", ")}`]),
    `by ${printableLine(ticket.createdBy, 60)}, ${formatAgo(ticket.createdAtMs, nowMs)}`,
  ];
  return [
    `${title(ticket.id)}  ${printableLine(ticket.title)}  ${paintState(screen, ticket.state)}`,
    dim(facts.join(" · ")),
    ...section(title("Wanted"), describeText(ticket, dim)),
    ...section(
      title("Checks"),
      ticket.checks.map((check) => printableLine(formatCheck(check))),
    ),
    ...section(
      title("Timeline"),
      toTimeline(records).map((entry) => renderEntry(screen, entry)),
    ),
    ...section(title("Work"), describeWork(ticket)),
    ...section(title("Evidence"), describeEvidence(screen, ticket)),
    ...section(
      title("Comments"),
      ticket.comments.map(
        ({ author, text, atMs }) =>
          `${printableLine(author, 60)}, ${formatAgo(atMs, nowMs)}: ${printableLine(text.head)}`,
      ),
    ),
    ...section(
      title("Stands still because"),
      [blockedSentence(ticket) ?? ""].filter((line) => line !== "").map((line) => printableLine(line, 2_000)),
    ),
    ...section(title("Next"), nextSteps(ticket)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`.trimEnd())];
}

const shownLines = 20;

function describeText({ description }: TicketView, dim: (text: string) => string): string[] {
  const lines = printable(description.head).trim().split("\n");
  if (lines.length === 1 && lines[0] === "") return [];
  const cut = lines.length > shownLines || description.artifact !== undefined;
  const size =
    description.sizeBytes === undefined ? `${lines.length} lines` : `${description.sizeBytes} bytes`;
  return [...lines.slice(0, shownLines), ...(cut ? [dim(`… ${size} in all; --json has more`)] : [])];
}

function describeWork({ work, reworks, mergedCommit, url, previewUrl }: TicketView): string[] {
  if (!work) return [];
  const { files, insertions, deletions } = work.stats;
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  return [
    `engine ${work.engine}, branch ${work.branch}, commit ${work.commit.slice(0, 10)}`,
    `${count}, ${insertions} lines added, ${deletions} removed${reworks === 0 ? "" : `, reworked ${reworks} times`}`,
    work.tests.command === ""
      ? "no test command"
      : `${printableLine(work.tests.command, 200)}: ${work.tests.passed ? "passed" : `failed with exit code ${work.tests.exitCode ?? "none"}`} in ${formatDuration(work.tests.tookMs)}`,
    ...(mergedCommit === undefined ? [] : [`merged as ${mergedCommit.slice(0, 10)} into ${work.baseBranch}`]),
    ...(previewUrl === undefined ? [] : [`preview at ${previewUrl}`]),
    ...(url === undefined ? [] : [`runs at ${url}`]),
  ];
}

function describeEvidence(screen: Screen, ticket: TicketView): string[] {
  const evidence = ticket.evidence.length > 0 ? ticket.evidence : (ticket.blocked?.evidence ?? []);
  return evidence.map(
    ({ passed, check, observed }) =>
      `${passed ? screen.paint("green", "✓") : screen.paint("red", "✗")} ${printableLine(formatCheck(check))} — ${printableLine(observed)}`,
  );
}
