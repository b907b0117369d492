import { parseCount } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import type { FeedItem } from "../../../../bus/messages/feed.ts";
import type { Door } from "../../door.ts";
import { printableLine } from "../../../../terminal/printable.ts";
import { alignRows } from "../../../../terminal/table.ts";
import { formatClock } from "../../../../terminal/time.ts";
import { render } from "../../../../locales/render.ts";

const page = 1_000;

/** `pilot-log`: the latest decisions, oldest first. */
export const pilotLog: RunCommand = async ({ door, screen }, given) => {
  const limit = parseCount("pilot-log", given.value("limit"), 1_000) ?? 20;
  const entries = (await readDecisions(door)).slice(-limit);
  if (screen.json) return screen.data({ ok: true, entries });
  if (entries.length === 0) return screen.line("The autopilot has not decided anything yet.");
  const rows = entries.map(({ atMs, flow, code, params, text }) => [
    screen.paint("dim", formatClock(atMs)),
    flow?.replace(/^ticket\//, "") ?? "",
    printableLine(text === undefined || text === "" ? (render("en", code, params) ?? code) : text),
  ]);
  for (const line of alignRows(rows)) screen.line(line);
};

async function readDecisions(door: Pick<Door, "ask">): Promise<FeedItem[]> {
  const found: FeedItem[] = [];
  for (let sinceSeq = 0; ;) {
    const { items, lastSeq } = await door.ask("feed.list", { sinceSeq, limit: page });
    found.push(...items.filter(({ source, kind }) => source === "autopilot" && kind === "decision"));
    const last = items.at(-1)?.seq;
    if (last === undefined || last >= lastSeq) return found;
    sinceSeq = last;
  }
}
