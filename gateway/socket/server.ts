import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { Server } from "socket.io";
import { sentenceOf } from "../text/sentences.ts";
import type { FeedItem } from "../../bus/messages/feed.ts";
import type { Visitor } from "../auth/guard.ts";
import type { GatewayServices } from "../services.ts";
import { createTicketNews } from "../tickets/news.ts";
import type { ClientEvents, ServerEvents } from "./events.ts";
import type { SocketFacts } from "./gateway-socket.ts";
import { serveSocket } from "./session.ts";

/** All sockets of the gateway. */
export interface Sockets {
  /** Passes on what is new in the feed; must not throw. */
  onFeed(items: readonly FeedItem[], lines: readonly string[]): void;
  close(): Promise<void>;
}

const maxFrameBytes = 256 * 1024;
/** A line of the log for each item would be more than anybody reads. */
const maxLinesAtOnce = 50;

/** Opens Socket.IO on a server; every request of it passes the guard, those of an open socket too. */
export function startSockets(server: HttpServer, services: GatewayServices): Sockets {
  const { guard, log, bus } = services;
  const visitors = new WeakMap<IncomingMessage, Visitor>();
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, SocketFacts>(server, {
    path: "/socket.io/",
    serveClient: false,
    maxHttpBufferSize: maxFrameBytes,
    perMessageDeflate: false,
  });
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    void admit(request, response, next);
  });
  io.use((socket, next) => {
    const visitor = visitors.get(socket.request);
    if (visitor === undefined) return next(new Error("session_required"));
    socket.data = { visitor };
    next();
  });
  io.on("connection", (socket) => serveSocket(socket, services));
  const news = createTicketNews({ bus, log, onChange: (view) => io.emit("ticket", { view }) });
  return {
    onFeed(items, lines) {
      if (io.engine.clientsCount === 0) return;
      news.take(items);
      for (const text of lines.slice(-maxLinesAtOnce)) io.emit("log_line", { text });
    },
    close: async () => {
      news.stop();
      io.disconnectSockets(true);
      // the HTTP server is closed by its owner
      io.engine.close();
      await Promise.resolve();
    },
  };

  async function admit(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    try {
      const knock = { method: "GET", headers: request.headers, isPublic: false, isSocket: true };
      const verdict = await guard.admit(knock);
      if (!verdict.ok) return refuse(request, response, verdict.status, sentenceOf(verdict.error.toJSON()));
      if (verdict.visitor) visitors.set(request, verdict.visitor);
    } catch (error) {
      log.error({ err: error }, "a socket could not be looked at");
      return refuse(request, response, 500, "internal");
    }
    next();
  }
}

/** Answers a poll with a status; an upgrade has no response that could carry one. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, why: string): void {
  const body = JSON.stringify({ ok: false, error: why });
  if (request.headers.upgrade !== undefined) {
    request.socket.end(
      `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return;
  }
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
