import { io } from "socket.io-client";
import type { GatewaySocket } from "./live.ts";

/** Makes the socket to the gateway that served this page; it comes back within seconds of a restart. */
export function createGatewaySocket(): GatewaySocket {
  return io({
    autoConnect: false,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 300,
    reconnectionDelayMax: 2_000,
    timeout: 5_000,
  });
}
