import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { pipeline, type Duplex } from "node:stream";

/** Connects to the instance that is current at this moment, waiting a little where it is just being started. */
export type ConnectInstance = () => Promise<Socket>;

/** Headers that belong to one connection, not to the message. */
const perConnection = new Set(["connection", "keep-alive", "proxy-connection", "upgrade", "expect"]);

/**
 * Makes an HTTP server that hands each request to the current instance on a connection of its own, so that a client's kept-alive
 * connection outlives a switch between instances; it does not listen by itself.
 */
export function createHttpForward(connect: ConnectInstance): Server {
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0, maxHeaderSize: 64 * 1024 });
  server.on("request", (request, response) => {
    connect().then(
      (socket) => forward(request, response, socket),
      () => refuse(response, 503, "The app is not running at the moment. Try again soon."),
    );
  });
  server.on("upgrade", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    connect().then(
      (socket) => tunnel(request, client, head, socket),
      () => client.destroy(),
    );
  });
  return server;
}

function forward(request: IncomingMessage, response: ServerResponse, socket: Socket): void {
  const { method, url } = request;
  const upstream = httpRequest({
    createConnection: () => socket,
    setHost: false,
    headers: [...keep(request.rawHeaders, perConnection), ...missingHost(request), "Connection", "close"],
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { path: url }),
  });
  upstream.on("response", (answer) => {
    response.sendDate = false;
    const headers = keep(answer.rawHeaders, new Set([...perConnection, "transfer-encoding"]));
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers);
    pipeline(answer, response, (error) => {
      if (error) response.destroy();
    });
  });
  upstream.on("error", () => {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, "The app broke off its answer.");
  });
  response.on("close", () => {
    if (!response.writableFinished) upstream.destroy();
    socket.destroySoon();
  });
  request.pipe(upstream);
}

/** A client of HTTP/1.0 may leave the Host out; the app, asked in 1.1, needs one. */
function missingHost({ headers, socket }: IncomingMessage): string[] {
  return headers.host === undefined ? ["Host", `127.0.0.1:${socket.localPort ?? 80}`] : [];
}

function tunnel(request: IncomingMessage, client: Duplex, head: Buffer, socket: Socket): void {
  const lines = [`${request.method ?? "GET"} ${request.url ?? "/"} HTTP/1.1`];
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2)
    lines.push(`${raw[index] ?? ""}: ${raw[index + 1] ?? ""}`);
  socket.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  join(client, socket);
}

/** Joins two streams so that the end of either way, and the loss of either side, reaches the other. */
export function join(left: Duplex, right: Duplex): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
}

function keep(rawHeaders: readonly string[], dropped: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (!dropped.has(name.toLowerCase())) kept.push(name, rawHeaders[index + 1] ?? "");
  }
  return kept;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "retry-after": "2" });
  response.end(`${text}\n`);
}
