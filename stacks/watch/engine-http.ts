import { Agent, request, type IncomingMessage, type RequestOptions } from "node:http";
import { Socket } from "node:net";
import type { Duplex, Readable } from "node:stream";
import { z } from "zod";
import { notFound, unavailable, type DockfraError } from "../../bus/kernel/errors.ts";
import type { OpenLink } from "./engine-link.ts";
import { openStream } from "./engine-stream.ts";

/** How one call is bounded. */
export interface EngineCall {
  readonly signal?: AbortSignal;
  /** Until the answer begins; default 10 s. */
  readonly timeoutMs?: number;
}

/** Reads of the engine's HTTP interface. */
export interface EngineReads {
  /** Reads one JSON answer. @throws `engine_unreachable`, `engine_lacks`, `engine_refused` */
  json(path: string, call?: EngineCall): Promise<unknown>;
  /** Opens an answer that goes on; it ends with the signal. @throws `engine_unreachable`, `engine_lacks`, `engine_refused` */
  stream(path: string, call?: EngineCall): Promise<Readable>;
  /** Closes connections that wait for another call. */
  close(): void;
}

/** The engine's HTTP interface. */
export interface EngineHttp extends EngineReads {
  /** Has something made, and reads the JSON answer. @throws `engine_unreachable`, `engine_refused` */
  post(path: string, body: unknown, call?: EngineCall): Promise<unknown>;
}

const headTimeoutMs = 10_000;
/** A refusal or a small answer; images' manifests and lists of containers are far below. */
const maxAnswerBytes = 32_000_000;
const Refusal = z.object({ message: z.string() });

class LinkAgent extends Agent {
  readonly #open: OpenLink;

  constructor(open: OpenLink) {
    super({ keepAlive: true, maxSockets: 6, timeout: 0 });
    this.#open = open;
  }

  override createConnection(): Duplex {
    return this.#open();
  }

  /** A pipe through the docker command serves one call. */
  override keepSocketAlive(link: Duplex): boolean {
    if (!(link instanceof Socket)) return false;
    super.keepSocketAlive(link);
    return true;
  }
}

/** Speaks to the engine over its links. */
export function createEngineHttp(open: OpenLink): EngineHttp {
  const agent = new LinkAgent(open);
  return {
    json: (path, call = {}) => exchange({ path, agent }, call),
    post: (path, body, call = {}) => exchange({ path, agent, method: "POST" }, call, JSON.stringify(body)),
    async stream(path, { signal, timeoutMs = headTimeoutMs } = {}) {
      const opened = openStream(open, path, { timeoutMs, ...(signal ? { signal } : {}) });
      const { body, status } = await opened.catch((error: unknown) => {
        throw signal?.aborted ? error : unreachable(error);
      });
      return accept(body, status, path);
    },
    close: () => agent.destroy(),
  };
}

async function exchange(
  options: RequestOptions & { readonly path: string },
  { signal, timeoutMs = headTimeoutMs }: EngineCall,
  body?: string,
): Promise<unknown> {
  const headers = { Host: "docker", ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const answer = await send({ ...options, headers, ...(signal ? { signal } : {}) }, timeoutMs, body);
  return JSON.parse(await readAll(await accept(answer, answer.statusCode ?? 0, options.path))) as unknown;
}

async function accept<T extends Readable>(answer: T, status: number, path: string): Promise<T> {
  if (status >= 200 && status < 300) return answer;
  throw toRefusal(status, await readAll(answer), path);
}

function send(options: RequestOptions, timeoutMs: number, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    sent.once("error", (error) => {
      clearTimeout(timer);
      reject(options.signal?.aborted ? error : unreachable(error));
    });
    sent.end(body);
  });
}

async function readAll(answer: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxAnswerBytes) throw new Error(`the answer is over ${maxAnswerBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(error);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function unreachable(cause: unknown): DockfraError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return unavailable(
    "engine_unreachable",
    `No Docker engine answers: ${reason}. Start it, or check that you may use it.`,
    { params: { reason }, cause },
  );
}

function toRefusal(status: number, body: string, path: string): DockfraError {
  const reason = reasonOf(body).slice(0, 500) || `status ${status}`;
  const params = { reason, status };
  if (status === 404)
    return notFound("engine_lacks", `The Docker engine has no such thing: ${reason}.`, { params });
  return unavailable("engine_refused", `The Docker engine refused ${path.split("?")[0]}: ${reason}.`, {
    params,
    retryable: status >= 500,
  });
}

function reasonOf(body: string): string {
  try {
    return Refusal.safeParse(JSON.parse(body)).data?.message ?? "";
  } catch (error) {
    if (error instanceof SyntaxError) return body.trim();
    throw error;
  }
}
