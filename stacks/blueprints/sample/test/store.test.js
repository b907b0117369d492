import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { createRedis } from "../src/redis.js";
import { createMemoryStore, createRedisStore } from "../src/store.js";

const lines = [{ id: "mug", quantity: 3 }];

test("memory remembers, and the oldest basket makes room", async () => {
  const store = createMemoryStore({ maxBaskets: 2 });
  for (const basket of ["a", "b", "c"]) await store.write(basket, lines);
  assert.equal(await store.read("a"), undefined);
  assert.deepEqual(await store.read("c"), lines);
});

test("the client reads every kind of reply, also in pieces", async () => {
  const peer = await listen(["+PO", "NG\r\n", "$4\r\n€", "a\r\n$-1\r\n:7\r\n-ERR no such command\r\n"]);
  const redis = createRedis(peer.url);
  const replies = await Promise.allSettled(
    ["PING", "GET", "GET", "DEL", "NOPE"].map((word) => redis.command(word)),
  );
  assert.deepEqual(
    replies.map(({ value, reason }) => reason?.message ?? value),
    ["PONG", "€a", null, 7, "Redis: ERR no such command"],
  );
  assert.match(peer.received(), /^\*2\r\n\$4\r\nAUTH\r\n\$3\r\np\/w\r\n/);
  redis.close();
  peer.close();
});

test("a Redis that hangs is given up", async () => {
  const peer = await listen([]);
  const redis = createRedis(peer.url, { timeoutMs: 50 });
  await assert.rejects(redis.command("PING"), /did not answer in 50 ms/);
  redis.close();
  peer.close();
});

test("without Redis the shop goes on in memory and says so once", async () => {
  const peer = await listen([]);
  peer.close();
  const logged = [];
  const store = createRedisStore(createRedis(peer.url), { log: (text) => logged.push(text) });
  await store.write("a", lines);
  assert.deepEqual(await store.read("a"), lines);
  assert.equal(await store.kind(), "memory");
  assert.equal(logged.length, 1);
  store.close();
});

// A peer on a real socket: takes the password, then says the pieces.
async function listen(pieces) {
  const sockets = new Set();
  let received = "";
  const server = createServer(async (socket) => {
    sockets.add(socket);
    socket.on("data", (chunk) => (received += chunk));
    if (pieces.length > 0) socket.write("+OK\r\n");
    for (const piece of pieces) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      socket.write(piece);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://:p%2Fw@127.0.0.1:${server.address().port}`,
    received: () => received,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
