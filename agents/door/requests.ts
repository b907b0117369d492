import { z } from "zod";
import { invalidInput, notFound } from "../../bus/kernel/errors.ts";
import type { FeedEntry } from "../../bus/messages/feed.ts";
import type { FeedWatcher } from "../../bus/ports/feed.ts";
import type { PassThrough } from "../../bus/ports/intents.ts";
import type { Operations } from "./operations.ts";
import type { DoorRequest } from "./protocol.ts";

/** What the agent of a role does for its shell. */
export interface DoorServices {
  readonly bus: PassThrough & FeedWatcher;
  readonly operations: Operations;
}

/** Where what comes before the answer goes; neither may throw. */
export interface DoorOutput {
  readonly line: (text: string) => void;
  readonly item: (entry: FeedEntry) => void;
}

/** A question may run a command of a role; nothing of ours takes longer. */
const longestMs = 610_000;

/** Does one request of the shell as the role; it is passed on unchecked, so that the broker decides. @throws the coded refusal */
export async function doRequest(
  { bus, operations }: DoorServices,
  request: DoorRequest,
  output: DoorOutput,
  signal: AbortSignal,
): Promise<unknown> {
  switch (request.do) {
    case "ask":
      return bus.askUnchecked(request.verb, request.input, {
        signal,
        ...(request.key === undefined ? {} : { id: request.key }),
      });
    case "question":
      return bus.questionUnchecked(request.question, request.input, { timeoutMs: longestMs });
    case "watch":
      await bus.watchFeed(output.item, signal);
      return null;
    case "perform": {
      const operation = Object.hasOwn(operations, request.name) ? operations[request.name] : undefined;
      if (!operation) throw unknownOperation(request.name, operations);
      try {
        return (await operation(request.input, { line: output.line, signal })) ?? null;
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        throw operationInputInvalid(request.name, error);
      }
    }
  }
}

/** Operations read their own input: what does not fit is the asker's to mend. */
function operationInputInvalid(name: string, error: z.ZodError): Error {
  const issue = error.issues[0];
  const why = `${issue?.path.map(String).join(".") || "it"}: ${issue?.message ?? "not valid"}`;
  return invalidInput(
    "operation_input_invalid",
    `"${name}" does not take that: ${why}. See: ${name} --help`,
    {
      params: { operation: name, why },
    },
  );
}

function unknownOperation(name: string, operations: Operations): Error {
  const known = Object.keys(operations).join(", ") || "none";
  return notFound("door_operation_unknown", `This role does not do "${name}". It does: ${known}.`, {
    params: { name, known },
  });
}

/** The error for a line that is no request. */
export function requestInvalid(why: string): Error {
  return invalidInput("door_request_invalid", `That is no request to an agent: ${why}. Update the image.`, {
    params: { why },
  });
}
