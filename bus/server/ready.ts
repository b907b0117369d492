import { connect, createServer } from "node:net";

/** What a nats-server says of itself as soon as a connection opens. */
export interface Greeting {
  readonly server_name: string;
  readonly version: string;
  readonly server_id: string;
}

/** Reads the greeting of whatever listens at a port of loopback; undefined where nothing, or no nats-server, answers. */
export function readGreeting(
  port: number,
  { timeoutMs = 1_000, host = "127.0.0.1" } = {},
): Promise<Greeting | undefined> {
  return new Promise((resolve) => {
    let seen = "";
    const socket = connect({ host, port });
    const done = (greeting: Greeting | undefined): void => {
      socket.destroy();
      resolve(greeting);
    };
    socket.setTimeout(timeoutMs, () => done(undefined));
    socket.on("error", () => done(undefined));
    socket.on("end", () => done(undefined));
    socket.on("data", (chunk) => {
      seen += chunk.toString("utf8");
      const line = /^INFO (\{.*\})\s*\r?\n/.exec(seen)?.[1];
      if (line) done(parseGreeting(line));
      else if (seen.length > 65_536) done(undefined);
    });
  });
}

function parseGreeting(line: string): Greeting | undefined {
  try {
    const value = JSON.parse(line) as Partial<Greeting>;
    return typeof value.version === "string" && typeof value.server_id === "string"
      ? { version: value.version, server_id: value.server_id, server_name: value.server_name ?? "" }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Finds a free port of loopback. */
export function freePort(host = "127.0.0.1"): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Whether a port of loopback can be listened on now. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
