import { connect, createServer, isIP, type Server, type Socket } from "node:net";
import { conflict, invalidInput, unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import { createHttpForward, join } from "./http-forward.ts";
import { findPortHolder } from "./port-holder.ts";

const retryPauseMs = 50;
const firstByteTimeoutMs = 60_000;
/** How a request line of HTTP/1 starts; anything else passes as bytes. */
const httpStart = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) /;

export interface FrontDoorOptions {
  /** The public address. */
  readonly url: string;
  readonly stack: string;
  /** The private port of the instance that new requests go to. */
  readonly currentPort: () => number | undefined;
  /** How long a request waits for an instance that is being restarted. */
  readonly waitMs: number;
}

export interface FrontDoor {
  readonly url: string;
  /** Connections to an instance that are still open. */
  openOn(port: number): number;
  close(): Promise<void>;
}

/**
 * Takes a stack's public port and passes what comes to the current instance.
 * @throws `port_taken`
 */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { host, port } = parsePublicUrl(options.url);
  const open = new Map<number, number>();
  const clients = new Set<Socket>();
  /** Counts from before the attempt, so that a switch waits for those who are on their way to the old instance. */
  const counted = async (to: number): Promise<Socket | undefined> => {
    open.set(to, (open.get(to) ?? 0) + 1);
    const leave = (): void => {
      const left = (open.get(to) ?? 1) - 1;
      if (left === 0) open.delete(to);
      else open.set(to, left);
    };
    const socket = await tryConnect(to);
    if (socket) socket.once("close", leave);
    else leave();
    return socket;
  };
  const connectInstance = async (): Promise<Socket> => {
    const deadlineMs = performance.now() + options.waitMs;
    for (;;) {
      const to = options.currentPort();
      const socket = to === undefined ? undefined : await counted(to);
      if (socket) return socket;
      if (performance.now() > deadlineMs)
        throw unavailable("app_not_running", `No instance of "${options.stack}" answers.`);
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
    }
  };
  const http = createHttpForward(connectInstance);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    clients.add(client);
    client.once("close", () => clients.delete(client));
    client.on("error", () => client.destroy());
    client.setTimeout(firstByteTimeoutMs, () => client.destroy());
    client.once("data", (first: Buffer) => {
      client.setTimeout(0);
      client.pause();
      client.removeAllListeners("timeout");
      client.unshift(first);
      if (httpStart.test(first.subarray(0, 10).toString("latin1"))) {
        client.allowHalfOpen = true;
        http.emit("connection", client);
        client.resume();
      } else
        connectInstance().then(
          (instance) => join(client, instance),
          () => client.destroy(),
        );
    });
  });
  await listen(server, host, port, options.stack);
  return {
    url: options.url,
    openOn: (to) => open.get(to) ?? 0,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

/**
 * Reads host and port out of a stack's public address; a name becomes loopback.
 * @throws `url_invalid`
 */
export function parsePublicUrl(url: string): { host: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "http:")
    throw invalidInput(
      "url_invalid",
      `A process cannot answer at "${url}". Give "url" as http://127.0.0.1:PORT in dockfra.yaml.`,
      { params: { url } },
    );
  const name = parsed.hostname.replace(/^\[|\]$/g, "");
  return { host: isIP(name) === 0 ? "127.0.0.1" : name, port: Number(parsed.port || 80) };
}

function tryConnect(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
    socket.once("error", () => resolve(undefined));
  });
}

async function listen(server: Server, host: string, port: number, stack: string): Promise<void> {
  const error = await new Promise<Error | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen({ port, host }, () => {
      server.removeListener("error", resolve);
      resolve(undefined);
    });
  });
  if (error) throw await portError(error, host, port, stack);
}

async function portError(error: Error, host: string, port: number, stack: string): Promise<DockfraError> {
  const code = "code" in error ? String(error.code) : error.message;
  if (code !== "EADDRINUSE")
    return unavailable(
      "port_refused",
      `Port ${port} on ${host} for "${stack}" cannot be opened (${code}). Choose another "url" in dockfra.yaml.`,
      {
        params: { port, stack, reason: code },
        cause: error,
        retryable: false,
      },
    );
  const holder = (await findPortHolder(port)) ?? "another process";
  return conflict(
    "port_taken",
    `Port ${port} for "${stack}" is taken by ${holder}. Stop it, or choose another port for "url" in dockfra.yaml.`,
    {
      params: { port, stack, holder },
      cause: error,
    },
  );
}
