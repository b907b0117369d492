import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { admitOnly, openDoor } from "../../../cli/containers/bus-door.ts";

async function startEcho() {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

function ask(port: number, words: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => socket.destroy());
  socket.end(words);
  return text(socket).catch(() => "");
}

const everybody = { address: "127.0.0.1", mayPass: () => true, log: silentLogger };

describe("a door", () => {
  test("passes on what comes, both ways, to the end", async () => {
    await using echo = await startEcho();
    const door = await openDoor(everybody);
    door?.lead({ host: "127.0.0.1", port: echo.port });
    const long = "x".repeat(1_000_000);
    expect(await ask(door?.port ?? 0, long)).toBe(long);
    await door?.close();
  });

  test("lets those wait who come before there is anything behind it", async () => {
    await using echo = await startEcho();
    const door = await openDoor(everybody);
    const answer = ask(door?.port ?? 0, "early");
    door?.lead({ host: "127.0.0.1", port: echo.port });
    expect(await answer).toBe("early");
    await door?.close();
  });

  test("refuses who may not pass", async () => {
    await using echo = await startEcho();
    const door = await openDoor({ ...everybody, mayPass: () => false });
    door?.lead({ host: "127.0.0.1", port: echo.port });
    expect(await ask(door?.port ?? 0, "let me in")).toBe("");
    await door?.close();
  });

  test("survives a bus that is not there, and one that comes back elsewhere", async () => {
    await using echo = await startEcho();
    const door = await openDoor(everybody);
    door?.lead({ host: "127.0.0.1", port: 1 });
    expect(await ask(door?.port ?? 0, "hello")).toBe("");
    door?.lead({ host: "127.0.0.1", port: echo.port });
    expect(await ask(door?.port ?? 0, "hello")).toBe("hello");
    await door?.close();
  });

  test("cannot be opened on an address that is not of this machine", async () => {
    expect(await openDoor({ ...everybody, address: "192.0.2.1" })).toBeUndefined();
  });

  test("takes another port where the wanted one is taken", async () => {
    const first = await openDoor(everybody);
    const second = await openDoor({ ...everybody, port: first?.port ?? 0 });
    expect(second?.port).not.toBe(first?.port);
    await first?.close();
    await second?.close();
  });
});

test.each([
  ["172.20.0.5", true],
  ["::ffff:172.20.0.5", true],
  ["172.20.0.1", false],
  ["::ffff:172.20.0.1", false],
  ["172.21.0.5", false],
  ["127.0.0.1", false],
  ["::1", false],
])("of the bridge 172.20.0.0/16, %s may pass: %s", (address, may) => {
  expect(admitOnly({ gateway: "172.20.0.1", subnet: "172.20.0.0/16" })(address)).toBe(may);
});
