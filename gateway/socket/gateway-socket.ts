import type { Socket } from "socket.io";
import type { Visitor } from "../auth/guard.ts";
import type { ClientEvents, ServerEvents } from "./events.ts";

/** What is kept with a socket: who opened it. */
export interface SocketFacts {
  readonly visitor: Visitor;
}

/** One open socket, with its closed list of events. */
export type GatewaySocket = Socket<ClientEvents, ServerEvents, Record<string, never>, SocketFacts>;
