import { io, type Socket } from "socket.io-client";
import { startGateway, type RunningGateway } from "../../../gateway/main.ts";
import type { ClientEvents, ServerEvents } from "../../../gateway/socket/events.ts";
import { createCredentials } from "../../../gateway/auth/credentials.ts";
import type { TestProject } from "./project.ts";

export type TestSocket = Socket<ServerEvents, ClientEvents>;

/** A gateway that listens on a free port, with one session. */
export interface LiveGateway extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly cookie: string;
  /** Opens a socket as a page of ours would, unless told otherwise. */
  connect(headers?: Readonly<Record<string, string>>, transports?: readonly string[]): TestSocket;
}

/** Starts a gateway for a project. */
export async function startLive(
  project: TestProject,
  { port = 0 }: { readonly port?: number } = {},
): Promise<LiveGateway> {
  const end = new AbortController();
  const gateway = await startGateway({ ...project.options, signal: end.signal, port });
  const credentials = createCredentials(project.options.stateDir);
  const cookie = `dockfra_session=${await credentials.signIn(await credentials.newLogin())}`;
  const sockets: TestSocket[] = [];
  return {
    gateway,
    cookie,
    connect(headers = {}, transports = ["websocket"]) {
      const socket: TestSocket = io(gateway.url, {
        transports: [...transports],
        forceNew: true,
        reconnection: false,
        extraHeaders: { cookie, origin: gateway.url, ...headers },
      });
      sockets.push(socket);
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.disconnect();
      end.abort();
      await gateway.ended;
    },
  };
}

/** Resolves with "connected", or with why it was refused. */
export function outcomeOf(socket: TestSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve("connected"));
    socket.once("connect_error", (error) => resolve(error.message));
  });
}

/** Resolves with the next event of a kind. */
export async function next<E extends keyof ServerEvents>(
  socket: TestSocket,
  name: E,
): Promise<Parameters<ServerEvents[E]>[0]> {
  const emitter: Socket = socket;
  const event: string = name;
  return new Promise((resolve) => {
    emitter.once(event, (payload: Parameters<ServerEvents[E]>[0]) => resolve(payload));
  });
}
