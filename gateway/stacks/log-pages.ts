import type { QuestionInput, QuestionOutput } from "../../bus/messages/questions.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { KnownSecrets } from "../text/known-secrets.ts";
import { keepColours } from "../text/terminal-text.ts";

type LogInput = QuestionInput<"monitor.log-read">;
type LogPage = QuestionOutput<"monitor.log-read">;

export interface LogSource {
  readonly bus: QuestionClient;
  readonly secrets: KnownSecrets;
}

const wayMs = 5_000;
const pageLines = 5_000;
/** What one download holds at most. */
const maxDownloadLines = 500_000;
const escape = String.fromCharCode(27);
const colour = new RegExp(String.raw`${escape}\[[\d;]*m`, "g");

/** Reads a page of a stack's log, fit to be shown. */
export async function readLogPage({ bus, secrets }: LogSource, input: LogInput): Promise<LogPage> {
  const timeoutMs = (input.waitMs ?? 0) + wayMs;
  const { lines, cursor } = await bus.question("monitor.log-read", input, { timeoutMs });
  return { cursor, lines: lines.map((line) => ({ ...line, text: secrets.redact(keepColours(line.text)) })) };
}

/** Gives a stack's whole log as plain lines, page by page; it ends where the log does, or after 500,000 lines. */
export async function* downloadLog(
  source: LogSource,
  filter: Omit<LogInput, "cursor" | "lines" | "waitMs">,
): AsyncGenerator<string> {
  let cursor: string | undefined;
  for (let total = 0; total < maxDownloadLines;) {
    const page = await readLogPage(source, {
      ...{ sinceMs: 0, ...filter, lines: pageLines },
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (page.lines.length === 0 || page.cursor === cursor) return;
    cursor = page.cursor;
    total += page.lines.length;
    yield page.lines.map(toPlainLine).join("");
  }
}

function toPlainLine({ atMs, service, level, text, gap }: LogPage["lines"][number]): string {
  const lost = gap === undefined ? "" : `… ${gap} lines lost …\n`;
  return `${lost}${new Date(atMs).toISOString()} ${service} ${level} ${text.replaceAll(colour, "")}\n`;
}
