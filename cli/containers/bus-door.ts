import { BlockList, connect, createServer, type Server, type Socket } from "node:net";
import type { Logger } from "../../bus/kernel/log.ts";

/** A bridge of the engine, as this machine sees it. */
export interface Bridge {
  /** The address of this machine on the bridge. */
  readonly gateway: string;
  /** As `172.20.0.0/16`. */
  readonly subnet: string;
}

export interface DoorOptions {
  /** Where to listen. */
  readonly address: string;
  readonly mayPass: (remoteAddress: string) => boolean;
  /** Port to listen on; 0 for any. */
  readonly port?: number;
  readonly log: Logger;
}

/** Passes connections on to one address, as the bus' on loopback. */
export interface Door {
  readonly port: number;
  /** Says where connections go from now on; before that they wait. */
  lead(target: { readonly host: string; readonly port: number }): void;
  close(): Promise<void>;
}

/** Opens a door on an address; `undefined` where that is not of this machine. */
export async function openDoor({ address, mayPass, port = 0, log }: DoorOptions): Promise<Door | undefined> {
  const sockets = new Set<Socket>();
  const led = Promise.withResolvers<void>();
  let target: { readonly host: string; readonly port: number } | undefined;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const { remoteAddress = "" } = socket;
    if (!mayPass(remoteAddress)) {
      log.warn({ remoteAddress }, "a connection from outside of the bridge was refused");
      socket.destroy();
      return;
    }
    keep(sockets, socket);
    void led.promise.then(() => {
      if (target === undefined || socket.destroyed) return;
      const inner = connect({ ...target, noDelay: true, allowHalfOpen: true });
      keep(sockets, inner);
      join(socket, inner);
    });
  });
  const found = await listen(server, address, port);
  if (found === undefined) return undefined;
  return {
    port: found,
    lead: (where) => {
      target = where;
      led.resolve();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Admits addresses of a bridge alone, and not the bridge's own, which every process of this machine has. */
export function admitOnly({ gateway, subnet }: Bridge): (address: string) => boolean {
  const [net = "", bits = "32"] = subnet.split("/");
  const inside = new BlockList();
  inside.addSubnet(net, Number(bits), net.includes(":") ? "ipv6" : "ipv4");
  return (address) => {
    const plain = address.replace(/^::ffff:/, "");
    return plain !== gateway && inside.check(plain, plain.includes(":") ? "ipv6" : "ipv4");
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => sockets.delete(socket));
}

function join(outer: Socket, inner: Socket): void {
  outer.pipe(inner);
  inner.pipe(outer);
  outer.once("close", () => inner.destroy());
  inner.once("close", () => outer.destroy());
}

/** Listens, on another port where the wanted one is taken; gives the port, or nothing where the address is not ours. */
async function listen(server: Server, host: string, port: number): Promise<number | undefined> {
  try {
    await listenOnce(server, host, port);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRNOTAVAIL") return undefined;
    if (code !== "EADDRINUSE" || port === 0) throw error;
    await listenOnce(server, host, 0);
  }
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : undefined;
}

function listenOnce(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
