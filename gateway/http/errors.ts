import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  denied,
  DockfraError,
  invalidInput,
  notFound,
  toErrorInfo,
  type ErrorInfo,
  type ErrorKind,
} from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { sentenceOf } from "../text/sentences.ts";

/** HTTP statuses by what the caller does about an error. */
export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid_input: 400,
  denied: 403,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
};

/** Refusals that only time mends. */
const tooOften = new Set(["too_many_runs", "role_busy"]);

/** Whether a path is of the predecessor's contract, where an error is a sentence. */
function isLegacyPath(url: string): boolean {
  return url.startsWith("/api/") && !url.startsWith("/api/v1/");
}

/** Answers with an error in the shape that the path's clients read. */
export function sendError(
  reply: FastifyReply,
  error: ErrorInfo,
  status = statusOfKind[error.kind],
): FastifyReply {
  const message = sentenceOf(error);
  const body = isLegacyPath(reply.request.url) ? message : { ...error, message };
  return reply.code(status).send({ ok: false, error: body });
}

/** Makes every refusal of the app a coded answer; a surprise is logged here and not told. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler<FastifyError>((thrown, request, reply) => {
    const known = fromFastify(thrown);
    if (known) return sendError(reply, known.error, known.status);
    if (thrown instanceof DockfraError)
      return sendError(reply, thrown.toJSON(), tooOften.has(thrown.code) ? 429 : undefined);
    log.error({ err: thrown, method: request.method, url: request.url }, "a request failed");
    return sendError(
      reply,
      { ...toErrorInfo(thrown), message: "Something unexpected happened. See dockfra/logs/gateway.log." },
      500,
    );
  });
}

/** Answers an address that is no address, as one with a broken escape. */
export function answerUnreadable({ message }: Error, _request: FastifyRequest, reply: FastifyReply): void {
  const error = invalidInput("request_invalid", `The request cannot be read: ${message}`, {
    params: { why: message.slice(0, 500) },
  });
  sendError(reply.header("x-content-type-options", "nosniff"), error.toJSON());
}

/** The answer for a path that nothing is at. */
export function nothingAt(path: string): DockfraError {
  return notFound("path_unknown", `There is nothing at ${path.slice(0, 200)}. See /api/v1/openapi.json.`, {
    params: { path: path.slice(0, 200) },
  });
}

function fromFastify({
  code,
  statusCode,
  message,
}: FastifyError): { error: ErrorInfo; status: number } | undefined {
  if (statusCode === 413) return { status: 413, error: bodyTooLarge().toJSON() };
  if (statusCode === 415)
    return {
      status: 415,
      error: invalidInput(
        "json_required",
        "The body has to be JSON. Send it with Content-Type: application/json.",
      ).toJSON(),
    };
  if (statusCode === 429)
    return {
      status: 429,
      error: denied("rate_limited", "Too many requests. Wait a minute, then try again.", {
        retryable: true,
      }).toJSON(),
    };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && typeof code === "string")
    return {
      status: statusCode,
      error: invalidInput("request_invalid", `The request cannot be read: ${message}`, {
        params: { why: message },
      }).toJSON(),
    };
  return undefined;
}

function bodyTooLarge(): DockfraError {
  return invalidInput("body_too_large", "The body is larger than 1 MiB. Send less.");
}
