import { z } from "zod";
import { Principal } from "./principals.ts";

/** What the feed tells of: a flow's event, a worker's progress, a decision with its reason, a line of a log, health. */
export const feedKinds = ["event", "progress", "decision", "log", "health"] as const;
export const FeedKind = z.enum(feedKinds);
export type FeedKind = z.infer<typeof FeedKind>;

/** One thing that people watch; a code with parameters, rendered from `locales/`. */
export const FeedEntry = z.strictObject({
  source: Principal,
  kind: FeedKind,
  atMs: z.int().nonnegative(),
  /** Key of its sentence in `locales/`. */
  code: z.string().min(1).max(100),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** The flow it belongs to, as `ticket/T-0001`. */
  flow: z.string().max(120).optional(),
  /** A free line, such as output of a test. */
  text: z.string().max(8_192).optional(),
});
export type FeedEntry = z.infer<typeof FeedEntry>;

/** A feed entry with its place in the stream; sequence numbers rise, gaps are possible. */
export const FeedItem = FeedEntry.extend({ seq: z.int().positive() });
export type FeedItem = z.infer<typeof FeedItem>;
