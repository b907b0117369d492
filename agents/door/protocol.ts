import { z } from "zod";
import { ErrorInfo } from "../../bus/messages/error-info.ts";
import { FeedEntry } from "../../bus/messages/feed.ts";

/**
 * What a role's shell asks of the agent of the same container, one JSON object a line on the agent's socket. The shell
 * holds no key of the bus: the agent passes requests on under its own identity, unchecked, so that the broker decides.
 */
export const DoorRequest = z.discriminatedUnion("do", [
  /** An intent, as the role. */
  z.strictObject({
    id: z.int(),
    do: z.literal("ask"),
    verb: z.string().max(100),
    input: z.unknown(),
    key: z.string().max(100).optional(),
  }),
  /** A question to another principal, as the role. */
  z.strictObject({
    id: z.int(),
    do: z.literal("question"),
    question: z.string().max(100),
    input: z.unknown(),
  }),
  /** The live feed, until the connection ends. */
  z.strictObject({ id: z.int(), do: z.literal("watch") }),
  /** Something that the agent itself does: `test-local`, `deploy`; its name and input are the role's own. */
  z.strictObject({ id: z.int(), do: z.literal("perform"), name: z.string().max(100), input: z.unknown() }),
]);
export type DoorRequest = z.infer<typeof DoorRequest>;

/** What the agent sends back: any number of lines or feed items, then one answer. */
export const DoorReply = z.union([
  z.strictObject({ id: z.int(), line: z.string() }),
  z.strictObject({ id: z.int(), item: FeedEntry }),
  z.strictObject({ id: z.int(), ok: z.literal(true), data: z.unknown() }),
  z.strictObject({ id: z.int(), ok: z.literal(false), error: ErrorInfo }),
]);
export type DoorReply = z.infer<typeof DoorReply>;

/** Most bytes of one line in either direction: a git bundle travels as base64 inside one. */
export const maxDoorLineBytes = 64 * 1024 * 1024;
