import { denied, invalidInput, unavailable, type DockfraError } from "../kernel/errors.ts";

/** The connection is away, or went away before an answer came: whether the request was done is not known. */
export function busDown(servers: string, cause?: unknown): DockfraError {
  return unavailable(
    "bus_down",
    `The bus at ${servers} does not answer. Start it with "dockfra up", or look at "dockfra status".`,
    {
      params: { servers },
      cause,
    },
  );
}

/** No answer came in time: whether the request was done is not known. */
export function timedOut(subject: string, timeoutMs: number): DockfraError {
  return unavailable(
    "timed_out",
    `No answer to ${subject} within ${timeoutMs} ms. Try again; the same request is not done twice.`,
    {
      params: { subject, timeoutMs },
    },
  );
}

/** Nobody listens on a subject; the port that asked knows which part that is. */
export function noResponder(subject: string): DockfraError {
  return unavailable("no_responder", `Nobody answers on ${subject}.`, { params: { subject } });
}

/** The server refuses the subject to this principal. */
export function busDenied(principal: string, subject: string, cause?: unknown): DockfraError {
  return denied("bus_denied", `The bus does not let ${principal} use ${subject}.`, {
    params: { principal, subject },
    cause,
  });
}

/** A message is longer than the server takes. */
export function tooBig(subject: string, sizeBytes: number, limitBytes: number): DockfraError {
  return invalidInput(
    "message_too_large",
    `"${subject}" has ${sizeBytes} bytes, more than ${limitBytes}. Store long text as an artifact.`,
    { params: { name: subject, sizeBytes, limitBytes } },
  );
}

/** Whether it is unknown if the request was carried out. */
export function isInDoubt(error: unknown): boolean {
  return hasCode(error, "bus_down") || hasCode(error, "timed_out") || hasCode(error, "stream_missing");
}

/** Whether an error has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return (error as Partial<DockfraError> | undefined)?.code === code;
}
