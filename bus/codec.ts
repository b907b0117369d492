import type { z } from "zod";
import { invalidInput, unavailable } from "./kernel/errors.ts";
import { Envelope } from "./messages/envelope.ts";

/** Largest message that the bus carries, as with a NATS server's default `max_payload`. */
export const maxMessageBytes = 1_048_576;

/** Writes a value as it crosses the wire. @throws invalid_input `message_invalid`, `message_too_large` */
export function encode(value: unknown, name: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw invalidInput("message_invalid", `"${name}" cannot be written as JSON. Send plain data.`, {
      params: { name },
      cause,
    });
  }
  // a character takes three bytes at most, so most texts need no counting
  const mayBeLarge = (text?.length ?? 0) * 3 > maxMessageBytes;
  const sizeBytes = mayBeLarge ? Buffer.byteLength(text ?? "") : 0;
  if (sizeBytes > maxMessageBytes) {
    throw invalidInput(
      "message_too_large",
      `"${name}" has ${sizeBytes} bytes, more than ${maxMessageBytes}. Store long text as an artifact.`,
      { params: { name, sizeBytes, limitBytes: maxMessageBytes } },
    );
  }
  return text ?? "null";
}

/** Carries a value over the wire and back: what arrives is never the sender's own object. */
export function carry<T>(value: T, name: string): T {
  return JSON.parse(encode(value, name)) as T;
}

/** Parses untrusted data by its schema. @throws invalid_input `message_invalid` */
export function parseMessage<S extends z.ZodType>(schema: S, value: unknown, name: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") || "message";
  const why = issue?.message ?? "it does not fit its schema";
  throw invalidInput(
    "message_invalid",
    `"${name}" was refused at ${where}: ${why}. Mend it and send it again.`,
    {
      params: { name, where, why },
    },
  );
}

/** Parses what an answerer gave; a bad answer is not the asker's fault. @throws unavailable `answer_invalid` */
export function parseAnswer<S extends z.ZodType>(schema: S, value: unknown, name: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unavailable(
    "answer_invalid",
    `The answer to ${name} does not fit its schema. Look at the log of its answerer.`,
    {
      params: { name },
      cause: parsed.error,
      retryable: false,
    },
  );
}

/** Reads an envelope and its data off the wire. @throws invalid_input `message_invalid` */
export function decode<S extends z.ZodType>(
  body: string,
  schema: S,
  name: string,
): { envelope: Envelope; message: z.infer<S> } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw invalidInput("message_invalid", `"${name}" is no JSON. Look at its sender, then drop it.`, {
      params: { name },
      cause,
    });
  }
  const envelope = parseMessage(Envelope, value, name);
  return { envelope, message: parseMessage(schema, envelope.data, name) };
}
