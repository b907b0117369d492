import type { Socket } from "node:net";
import { maxLineBytes } from "./runner-protocol.ts";

/** Calls back for each JSON line that a socket brings; a line too long or not JSON ends the socket. */
export function onJsonLine(socket: Socket, onValue: (value: unknown) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    rest += chunk;
    if (rest.length > maxLineBytes) {
      socket.destroy();
      return;
    }
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const value = parseLine(line);
      if (value === undefined) {
        socket.destroy();
        return;
      }
      onValue(value);
    }
  });
}

/** Sends a value as one JSON line; false where the other side is gone. */
export function sendJsonLine(socket: Socket, value: unknown): boolean {
  if (socket.destroyed || !socket.writable) return false;
  socket.write(`${JSON.stringify(value)}\n`);
  return true;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
