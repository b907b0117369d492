import { DockfraError, toErrorInfo } from "../kernel/errors.ts";
import type { Logger } from "../kernel/log.ts";
import type { Answer } from "../messages/intents.ts";

/** Makes the answer for an error; one that nobody foresaw is logged here, as the asker is told no more than that. */
export function failedAnswer(error: unknown, log: Logger, about: Readonly<Record<string, unknown>>): Answer {
  if (!(error instanceof DockfraError)) log.error({ err: error, ...about }, "nobody foresaw this failure");
  return { ok: false, error: toErrorInfo(error) };
}
