import type { TicketView } from "../../bus/messages/ticket.ts";
import { askGit } from "../host/git.ts";
import { fetchPage, totalOf } from "./page.ts";

/** What a demo's ticket must have come to. */
export interface Verdict {
  readonly expected: string;
  /** What is wrong; empty where all is as expected. */
  readonly wrong: readonly string[];
}

export interface AfterTicket {
  readonly ticket: TicketView;
  readonly url: string;
  readonly dir: string;
  /** Commit of the base branch before the ticket. */
  readonly before: string | undefined;
}

const right = "€34.97";

/** The checks of the three tickets, by their order; each looks at the ticket, the page and the repository. */
export const expectations: readonly ((after: AfterTicket) => Promise<Verdict>)[] = [
  checkFixed,
  checkTestsFailed,
  checkPutBack,
];

async function checkFixed(after: AfterTicket): Promise<Verdict> {
  const wrong = await mainProblems(after, { moved: true });
  if (after.ticket.state !== "closed") wrong.push(`it is ${after.ticket.state} and not closed`);
  if (!after.ticket.evidence.some(({ passed, check }) => passed && check.kind === "http"))
    wrong.push("it has no HTTP evidence");
  return {
    expected: `closed, with the page saying Total: ${right} and the change merged`,
    wrong: [...wrong, ...(await pageProblems(after))],
  };
}

async function checkTestsFailed(after: AfterTicket): Promise<Verdict> {
  const wrong = await mainProblems(after, { moved: false });
  const code = after.ticket.blocked?.error.code;
  if (after.ticket.state !== "blocked" || code !== "tests_failed")
    wrong.push(`it is ${after.ticket.state} (${code ?? "no reason"}) and not blocked by its tests`);
  if (after.ticket.work?.tests.passed !== false || after.ticket.work.tests.output.head === "")
    wrong.push("it has no output of the failing tests");
  return {
    expected: "blocked by its failing tests, nothing merged",
    wrong: [...wrong, ...(await pageProblems(after))],
  };
}

async function checkPutBack(after: AfterTicket): Promise<Verdict> {
  const wrong = await mainProblems(after, { moved: false });
  if (after.ticket.state !== "blocked") wrong.push(`it is ${after.ticket.state} and not blocked`);
  if ((after.ticket.blocked?.evidence ?? []).length === 0) wrong.push("it has no evidence of why");
  const health = await fetchPage(`${after.url}/health`);
  if (health?.status !== 200 || health.body.includes("upSeconds"))
    wrong.push("the release from before does not answer /health");
  return {
    expected: "blocked with evidence, the release from before put back and answering",
    wrong: [...wrong, ...(await pageProblems(after))],
  };
}

async function pageProblems({ url }: AfterTicket): Promise<string[]> {
  const page = await fetchPage(`${url}/`);
  const total = totalOf(page);
  if (page?.status === 200 && total === right) return [];
  return [
    page === undefined
      ? `nothing answers at ${url}`
      : `the page says Total: ${total ?? "nothing"} and not ${right}`,
  ];
}

async function mainProblems(
  { dir, before, ticket }: AfterTicket,
  { moved }: { moved: boolean },
): Promise<string[]> {
  const now = await askGit(dir, ["rev-parse", "HEAD"]);
  if (!moved) return now === before ? [] : ["the base branch has moved"];
  const log = await askGit(dir, [
    "log",
    "--format=%(trailers:key=Dockfra-Ticket,valueonly)",
    `${before ?? "HEAD"}..HEAD`,
  ]);
  return log?.includes(ticket.id) === true
    ? []
    : [`no commit of ${ticket.id} is on the checked-out base branch`];
}
