import type { FeedWriter } from "../bus/ports/feed.ts";
import type { Moved } from "./flows/runner.ts";
import { stateOf } from "./view/writer.ts";

/** Tells the feed of a step: where the flow went, what moved it and who. */
export function tellMoved(feed: FeedWriter, { record, before }: Moved): void {
  const from = before ? stateOf(before) : "";
  const state = stateOf(record);
  feed.tell({
    source: "orchestrator",
    kind: "event",
    atMs: record.atMs,
    code: state === from ? `${record.kind}_noted` : `${record.kind}_moved`,
    params: {
      id: record.id,
      state,
      from,
      event: record.event.type,
      by: record.cause.actor?.id ?? record.cause.principal,
      version: record.version,
    },
    flow: `${record.kind}/${record.id}`,
  });
}
