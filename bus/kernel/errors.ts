/** What a caller can do about an error: mend the input, look elsewhere, re-read and retry, stop, or wait. */
export const errorKinds = ["invalid_input", "not_found", "conflict", "denied", "unavailable"] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** Values that fill the placeholders of the sentence for a code; a list shows as its comma-separated members. */
export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

export interface ErrorOptions {
  readonly params?: ErrorParams;
  readonly cause?: unknown;
  /** Whether the same request may succeed later without a change; default: only for `unavailable`. */
  readonly retryable?: boolean;
}

/** The wire form of an error: what crosses the bus, HTTP and `--json`. */
export interface ErrorInfo {
  readonly kind: ErrorKind;
  /** Stable, snake_case; the key of its sentence in `locales/`. */
  readonly code: string;
  /** English: the fact, the name, the next step. */
  readonly message: string;
  readonly retryable: boolean;
  readonly params: ErrorParams;
}

/** The one base of all deliberate errors; anything else that is thrown is a surprise. */
export class DockfraError extends Error {
  override readonly name: string = "DockfraError";
  readonly kind: ErrorKind;
  readonly code: string;
  readonly retryable: boolean;
  readonly params: ErrorParams;

  constructor(kind: ErrorKind, code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.retryable = options.retryable ?? kind === "unavailable";
    this.params = options.params ?? {};
  }

  toJSON(): ErrorInfo {
    const { kind, code, message, retryable, params } = this;
    return { kind, code, message, retryable, params };
  }
}

/** Makes an error whose input must be mended before a retry. */
export function invalidInput(code: string, message: string, options?: ErrorOptions): DockfraError {
  return new DockfraError("invalid_input", code, message, options);
}

/** Makes an error for a name that nothing answers to. */
export function notFound(code: string, message: string, options?: ErrorOptions): DockfraError {
  return new DockfraError("not_found", code, message, options);
}

/** Makes an error for a request that the present state refuses. */
export function conflict(code: string, message: string, options?: ErrorOptions): DockfraError {
  return new DockfraError("conflict", code, message, options);
}

/** Makes an error for a request that this principal may not make. */
export function denied(code: string, message: string, options?: ErrorOptions): DockfraError {
  return new DockfraError("denied", code, message, options);
}

/** Makes an error for a part that does not answer now; retryable unless told otherwise. */
export function unavailable(code: string, message: string, options?: ErrorOptions): DockfraError {
  return new DockfraError("unavailable", code, message, options);
}

/** Rebuilds the error that {@link DockfraError.toJSON} put on the wire. */
export function toDockfraError(info: ErrorInfo): DockfraError {
  return new DockfraError(info.kind, info.code, info.message, {
    params: info.params,
    retryable: info.retryable,
  });
}

/** Gives the wire form of anything thrown; a surprise becomes `internal` and keeps its text. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof DockfraError) return error.toJSON();
  return {
    kind: "unavailable",
    code: "internal",
    message: error instanceof Error ? error.message : String(error),
    retryable: false,
    params: {},
  };
}

/** Exit codes of the command line, by kind; 1 is a surprise. */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  invalid_input: 2,
  not_found: 3,
  conflict: 4,
  denied: 5,
  unavailable: 6,
};
