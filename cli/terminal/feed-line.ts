import type { FeedEntry } from "../../bus/messages/feed.ts";
import { render } from "../../locales/render.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { formatClock } from "../../terminal/time.ts";

/** Writes a feed entry as one line: time, who, which flow, what. */
export function renderFeedEntry(screen: Screen, entry: FeedEntry): string {
  const flow = entry.flow?.replace(/^ticket\//, "") ?? "";
  const head = `${screen.paint("dim", formatClock(entry.atMs))}  ${entry.source.padEnd(12)}  ${screen.paint("bold", flow.padEnd(6))}`;
  return `${head}  ${describeEntry(entry)}`;
}

/** Says what a feed entry tells, with its free text after it. */
export function describeEntry({ code, params, text }: FeedEntry): string {
  const short = shortenCommits(params);
  const sentence =
    render("en", code, short) ??
    [code, ...Object.entries(short).map(([name, value]) => `${name}=${value}`)].join(" ");
  return printableLine(text === undefined || text === "" ? sentence : `${sentence}: ${text}`, 1_000);
}

/** A commit's first ten digits are what people read. */
function shortenCommits(params: FeedEntry["params"]): FeedEntry["params"] {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "string" && /^[0-9a-f]{40}$/.test(value) ? value.slice(0, 10) : value,
    ]),
  );
}
