import { chmod, chown, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { toErrorInfo, unavailable } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { createLineSplitter } from "./line-split.ts";
import { DoorRequest, maxDoorLineBytes, type DoorReply } from "./protocol.ts";
import { doRequest, requestInvalid, type DoorServices } from "./requests.ts";

export interface DoorOptions extends DoorServices {
  /** Path of the unix socket; one that a dead agent left is replaced. */
  readonly path: string;
  /** Group that may connect; without it, the agent's own user alone. */
  readonly groupId?: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Most requests that one connection has open. */
const maxOpen = 64;
const maxConnections = 64;
/** A reader that is so far behind misses feed entries. */
const maxWaitingBytes = 4_000_000;

/** Serves a role's shell on a unix socket until the signal; resolves when all connections are closed. */
export async function serveDoor(options: DoorOptions): Promise<void> {
  const { path, groupId, signal, log } = options;
  if (signal.aborted) return;
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serveConnection(socket, options);
  });
  server.maxConnections = maxConnections;
  await listenOn(server, path);
  if (groupId !== undefined) await chown(path, process.getuid?.() ?? -1, groupId);
  await chmod(path, groupId === undefined ? 0o600 : 0o660);
  log.info({ path }, "the door is open");
  await new Promise<void>((resolve) => {
    const close = (): void => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    };
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
  });
}

function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function serveConnection(socket: Socket, options: DoorOptions): void {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, options.signal]);
  const splitter = createLineSplitter(maxDoorLineBytes);
  let open = 0;
  const send = (reply: DoorReply): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
  };
  const fail = (id: number, error: unknown): void => send({ id, ok: false, error: toErrorInfo(error) });
  const answer = async (line: string): Promise<void> => {
    const request = parseRequest(line);
    if ("refused" in request) return fail(request.id, request.refused);
    const { id } = request;
    if (open >= maxOpen) return fail(id, tooMany());
    open++;
    const output = {
      line: (text: string) => send({ id, line: text }),
      item: (item: Extract<DoorReply, { item: unknown }>["item"]) => {
        if (socket.writableLength < maxWaitingBytes) send({ id, item });
      },
    };
    try {
      send({ id, ok: true, data: await doRequest(options, request, output, signal) });
    } catch (error) {
      if (!signal.aborted) options.log.debug({ err: error, do: request.do }, "a request of the shell failed");
      fail(id, error);
    } finally {
      open--;
    }
  };
  socket.on("data", (chunk) => {
    try {
      for (const line of splitter.take(chunk)) if (line.trim() !== "") void answer(line);
    } catch (error) {
      fail(0, error);
      socket.destroySoon();
    }
  });
  socket.on("error", (error) => options.log.debug({ err: error }, "a connection of the shell broke"));
  socket.once("close", () => gone.abort());
}

/** A line that is no request is answered under its id, where it has one. */
function parseRequest(line: string): DoorRequest | { readonly id: number; readonly refused: Error } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { id: 0, refused: requestInvalid("it is not JSON") };
  }
  const parsed = DoorRequest.safeParse(json);
  if (parsed.success) return parsed.data;
  const id = (json as { id?: unknown } | null)?.id;
  return {
    id: typeof id === "number" && Number.isSafeInteger(id) ? id : 0,
    refused: requestInvalid(parsed.error.issues[0]?.message ?? "it does not parse"),
  };
}

function tooMany(): Error {
  return unavailable("door_busy", `There are ${maxOpen} requests open already. Wait for their answers.`, {
    params: { open: maxOpen },
  });
}
