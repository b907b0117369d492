import type { z } from "zod";
import type { ErrorInfo } from "../../../../bus/messages/error-info.ts";

type Info = z.infer<typeof ErrorInfo>;

/** A refusal of the gateway, or a gateway that does not answer (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly info: Info | undefined;

  constructor(status: number, info?: Info) {
    super(info?.message ?? "");
    this.status = status;
    this.info = info;
  }
}

/** What a call sends; without a body it is a GET. */
export interface CallOptions {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Asks the gateway, and gives its JSON; refusals are thrown as {@link ApiError}. */
export type CallApi = <T>(path: string, options?: CallOptions) => Promise<T>;

/** Asks the gateway that served this page. */
export async function callApi<T>(path: string, options: CallOptions = {}): Promise<T> {
  return (await send(`/api/v1${path}`, options, (response) => response.json())) as T;
}

/** Reads a stored text, diff or log. */
export async function readArtifact(hash: string, signal?: AbortSignal): Promise<string> {
  const path = `/api/v1/artifacts/${encodeURIComponent(hash)}`;
  return send(path, signal ? { signal } : {}, (response) => response.text());
}

/** A network that changes makes a browser drop what is on its way; what only reads is asked again. */
const attempts = 3;
const pauseMs = 200;

type ReadBody<T> = (response: Response) => Promise<T>;

async function send<T>(path: string, options: CallOptions, readBody: ReadBody<T>): Promise<T> {
  const isRead = options.body === undefined && (options.method ?? "GET") === "GET";
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(path, options, readBody);
    if (answer !== undefined) return answer.body;
    if (!isRead || attempt === attempts) throw new ApiError(0);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
  }
}

/** Gives nothing where the network drops it, be it in the midst of the answer. */
async function ask<T>(
  path: string,
  { method, body, signal }: CallOptions,
  readBody: ReadBody<T>,
): Promise<{ readonly body: T } | undefined> {
  try {
    const response = await fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      credentials: "same-origin",
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) throw new ApiError(response.status, await readError(response));
    return { body: await readBody(response) };
  } catch (error) {
    if (signal?.aborted === true || error instanceof ApiError) throw error;
    return undefined;
  }
}

async function readError(response: Response): Promise<Info | undefined> {
  const answer: unknown = await response.json().catch(() => undefined);
  if (typeof answer !== "object" || answer === null || !("error" in answer)) return undefined;
  const { error } = answer;
  return typeof error === "object" && error !== null && "message" in error ? (error as Info) : undefined;
}
