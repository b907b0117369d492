import { capabilities } from "../capabilities.ts";
import { denied } from "../kernel/errors.ts";
import { FeedEntry, type FeedItem } from "../messages/feed.ts";
import type { Principal } from "../messages/principals.ts";
import type { FeedReader, FeedWatcher, FeedWriter } from "../ports/feed.ts";
import { watchSubject } from "../server/accounts.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { readJson } from "./consume.ts";
import { createStreamReader } from "./direct.ts";
import type { JetStreamApi } from "./jetstream-api.ts";
import { listen } from "./listen.ts";

/** Lines that wait while the connection is away; older ones give way. */
const waitingLines = 1_000;

function toLine(entry: unknown): { entry: FeedEntry; body: string } | undefined {
  const parsed = FeedEntry.safeParse(entry);
  return parsed.success ? { entry: parsed.data, body: JSON.stringify(parsed.data) } : undefined;
}

function readEntry(body: Uint8Array, source: string | undefined): FeedEntry | undefined {
  try {
    const parsed = FeedEntry.safeParse(readJson(body, "feed entry"));
    return parsed.success && parsed.data.source === source ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Makes one principal's way to write to the feed. */
export function createFeedWriter(wire: Wire, subjects: Subjects, principal: Principal): FeedWriter {
  const waiting: { subject: string; body: string }[] = [];
  wire.onChange((up) => {
    if (up) for (const { subject, body } of waiting.splice(0)) wire.publish(subject, body);
  });
  return {
    tell(entry) {
      const line = toLine(entry);
      if (!line || line.entry.source !== principal || !capabilities[principal].feed) {
        wire.log.debug(
          { source: entry?.source, code: entry?.code },
          "dropped what is no feed entry of this part",
        );
        return;
      }
      const subject = subjects.feed(principal, line.entry.kind);
      if (wire.isUp()) wire.publish(subject, line.body);
      else if (waiting.push({ subject, body: line.body }) > waitingLines) waiting.shift();
    },
  };
}

/** Makes one principal's way to follow the feed. */
export function createFeedWatcher(wire: Wire, subjects: Subjects, principal: Principal): FeedWatcher {
  return {
    async watchFeed(onEntry, signal) {
      if (!capabilities[principal].watch) {
        throw denied("not_allowed", `"${principal}" may not watch the feed. Watch as a principal that may.`, {
          params: { principal },
        });
      }
      await listen(wire, watchSubject(subjects.prefix), signal, (message) => {
        const entry = readEntry(message.data, message.subject.split(".")[2]);
        if (entry && !signal.aborted) onEntry(entry);
      });
    },
  };
}

/** Makes the reader of the kept feed. */
export function createFeedReader(wire: Wire, api: JetStreamApi, subjects: Subjects): FeedReader {
  const reader = createStreamReader(wire, api, subjects.streams.feed);
  return {
    async readFeed({ sinceSeq, limit }) {
      const { lastSeq } = await reader.state();
      const items: FeedItem[] = [];
      if (sinceSeq >= lastSeq) return { items, lastSeq };
      for await (const { seq, subject, data } of reader.range({ fromSeq: sinceSeq + 1, limit })) {
        const entry = readEntry(data, subject.split(".")[2]);
        if (entry) items.push({ ...entry, seq });
      }
      return { items, lastSeq };
    },
  };
}
