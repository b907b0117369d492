import type { FeedKind } from "../../../../bus/messages/feed.ts";

/** What one can look at alone, in the order of the filter. */
export const feedKinds = [
  "event",
  "progress",
  "decision",
  "log",
  "health",
] as const satisfies readonly FeedKind[];
