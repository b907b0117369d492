import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that listens on every address it should. */
export interface Listening {
  readonly port: number;
  /** Stops listening and closes what is open. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** One address beside loopback; loopback alone where absent. */
  readonly address?: string;
}

/**
 * Listens on 127.0.0.1 and ::1, so that "localhost" is this gateway whatever a browser tries first.
 * @throws the system's EADDRINUSE or EACCES
 */
export async function listenLocally(server: Server, { port, address }: ListenOptions): Promise<Listening> {
  await listen(server, port, address ?? "127.0.0.1");
  const { port: actual } = server.address() as AddressInfo;
  const others: Server[] = [];
  try {
    if (address === undefined) others.push(...(await listenOnSix(server, actual)));
  } catch (error) {
    await close(server);
    throw error;
  }
  return {
    port: actual,
    close: async () => void (await Promise.all([server, ...others].map(close))),
  };
}

/** A host without IPv6 has no ::1, and nobody else can be there. */
async function listenOnSix(main: Server, port: number): Promise<Server[]> {
  const six = createServer();
  six.on("request", (request, response) => main.emit("request", request, response));
  six.on("upgrade", (request, socket, head) => main.emit("upgrade", request, socket, head));
  try {
    await listen(six, port, "::1");
    return [six];
  } catch (error) {
    if (isCode(error, "EADDRNOTAVAIL") || isCode(error, "EAFNOSUPPORT")) return [];
    throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, ipv6Only: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
