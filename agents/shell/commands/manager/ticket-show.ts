import type { FlowRecord } from "../../../../bus/messages/flow.ts";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { eventSentence, whoDid } from "../../../../locales/event-sentence.ts";
import { formatCheck } from "../../../../stacks/checks/check-sentence.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import type { Door } from "../../door.ts";
import { toSentence } from "../../failure.ts";
import { printable, printableLine } from "../../../../terminal/printable.ts";
import type { Screen } from "../../../../terminal/screen.ts";
import { formatAgo, formatClock } from "../../../../terminal/time.ts";
import { paintState } from "../../ticket-lines.ts";

/** `ticket-show`: wanted, checks, timeline, work, evidence, what it waits for. */
export const ticketShow: RunCommand = async ({ role, door, screen }, { words }) => {
  const id = parseTicket(words[0]);
  const [ticket, records] = await Promise.all([door.ask("ticket.show", { id }), readHistory(door, id)]);
  const timeline = records.map((record) => ({
    version: record.version,
    atMs: record.atMs,
    sentence: printableLine(eventSentence("en", record)),
    who: whoDid(record),
  }));
  if (screen.json) return screen.data({ ok: true, ticket, timeline });
  const facts = [
    `priority ${ticket.priority}`,
    ticket.autonomy,
    ...(ticket.repo === undefined ? [] : [`repository ${ticket.repo}`]),
    ...(ticket.stack === undefined ? [] : [`stack ${ticket.stack}`]),
    `by ${printableLine(ticket.createdBy, 60)}, ${formatAgo(ticket.createdAtMs, Date.now())}`,
  ];
  screen.line(
    `${screen.paint("bold", ticket.id)}  ${printableLine(ticket.title)}  ${paintState(screen, ticket.state)}`,
  );
  screen.line(screen.paint("dim", facts.join(" · ")));
  section(screen, "Wanted", describeText(ticket));
  section(
    screen,
    "Checks",
    ticket.checks.map((check) => printableLine(formatCheck(check))),
  );
  section(
    screen,
    "Timeline",
    timeline.map(({ atMs, sentence }) => `${formatClock(atMs)}  ${sentence}`),
  );
  section(screen, "Work", describeWork(ticket));
  section(
    screen,
    "Evidence",
    ticket.evidence.map(
      ({ passed, check, observed }) =>
        `${passed ? "✓" : "✗"} ${printableLine(formatCheck(check))} — ${printableLine(observed)}`,
    ),
  );
  section(
    screen,
    "Comments",
    ticket.comments.map(({ author, text }) => `${printableLine(author, 60)}: ${printableLine(text.head)}`),
  );
  if (ticket.blocked)
    section(screen, "Stands still because", [printableLine(toSentence(ticket.blocked.error, role), 2_000)]);
};

async function readHistory(door: Pick<Door, "ask">, id: string): Promise<FlowRecord[]> {
  const records: FlowRecord[] = [];
  for (;;) {
    const afterVersion = records.at(-1)?.version ?? 0;
    const page = await door.ask("flow.history", { kind: "ticket", id, afterVersion, limit: 100 });
    records.push(...page.records);
    if (!page.more || page.records.length === 0) return records;
  }
}

function section(screen: Screen, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  screen.line();
  screen.line(screen.paint("bold", title));
  for (const line of lines) screen.line(`  ${line}`.trimEnd());
}

const shownLines = 20;

function describeText({ description }: TicketView): string[] {
  const lines = printable(description.head).trim().split("\n");
  if (lines.length === 1 && lines[0] === "") return [];
  const cut = lines.length > shownLines || description.artifact !== undefined;
  return [...lines.slice(0, shownLines), ...(cut ? ["… --json has more"] : [])];
}

function describeWork({ work, reworks, mergedCommit, url, previewUrl }: TicketView): string[] {
  if (!work) return [];
  const { files, insertions, deletions } = work.stats;
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  const tests = work.tests.passed ? "passed" : `failed with exit code ${work.tests.exitCode ?? "none"}`;
  return [
    `engine ${work.engine}, branch ${work.branch}, commit ${work.commit.slice(0, 10)}`,
    `${count}, ${insertions} lines added, ${deletions} removed${reworks === 0 ? "" : `, reworked ${reworks} times`}`,
    work.tests.command === "" ? "no test command" : `${printableLine(work.tests.command, 200)}: ${tests}`,
    ...(mergedCommit === undefined ? [] : [`merged as ${mergedCommit.slice(0, 10)} into ${work.baseBranch}`]),
    ...(previewUrl === undefined ? [] : [`preview at ${previewUrl}`]),
    ...(url === undefined ? [] : [`runs at ${url}`]),
  ];
}
