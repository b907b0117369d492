import { createConnection } from "node:net";

// A Redis client for the few commands the shop needs: one connection, made on demand, replies in order.
export function createRedis(url, { timeoutMs = 1_000 } = {}) {
  const address = parseUrl(url);
  let socket;
  let received = Buffer.alloc(0);
  const waiting = [];

  function fail(error) {
    socket?.destroy();
    socket = undefined;
    received = Buffer.alloc(0);
    for (const { reject } of waiting.splice(0)) reject(error);
  }

  function connect() {
    const mine = createConnection({ host: address.host, port: address.port, noDelay: true });
    const whenCurrent = (act) => (value) => mine === socket && act(value);
    mine.on("data", whenCurrent(receive));
    mine.on("error", whenCurrent(fail));
    mine.on(
      "close",
      whenCurrent(() => fail(new Error("Redis closed the connection"))),
    );
    socket = mine;
    for (const hello of address.hello) send(hello).catch(whenCurrent(fail));
  }

  function receive(chunk) {
    received = Buffer.concat([received, chunk]);
    try {
      for (let reply = parseReply(received); reply; reply = parseReply(received)) {
        received = received.subarray(reply.size);
        const next = waiting.shift();
        if (reply.error) next?.reject(new Error(`Redis: ${reply.error}`));
        else next?.resolve(reply.value);
      }
    } catch (error) {
      fail(error);
    }
  }

  function send(words) {
    return new Promise((resolve, reject) => {
      // Replies come in order: one that stays away makes the connection useless.
      const timer = setTimeout(() => fail(new Error(`Redis did not answer in ${timeoutMs} ms`)), timeoutMs);
      const settle = (act) => (value) => {
        clearTimeout(timer);
        act(value);
      };
      waiting.push({ resolve: settle(resolve), reject: settle(reject) });
      socket.write(toCommand(words));
    });
  }

  return {
    command(...words) {
      if (!socket) connect();
      return send(words);
    },
    close() {
      fail(new Error("Redis client is closed"));
    },
  };
}

function parseUrl(url) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol !== "redis:") throw new Error("REDIS_URL must start with redis://");
  const hello = [];
  const user = decodeURIComponent(username);
  if (password) hello.push(["AUTH", ...(user ? [user] : []), decodeURIComponent(password)]);
  if (pathname.length > 1) hello.push(["SELECT", pathname.slice(1)]);
  return {
    host: hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: Number(port || 6379),
    hello,
  };
}

function toCommand(words) {
  const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

// The first whole reply in the bytes and its size, or undefined while it is not all there.
function parseReply(bytes) {
  const end = bytes.indexOf("\r\n");
  if (end === -1) return undefined;
  const kind = String.fromCharCode(bytes[0]);
  const text = bytes.toString("utf8", 1, end);
  const start = end + 2;
  if (kind === "+") return { value: text, size: start };
  if (kind === "-") return { error: text, size: start };
  if (kind === ":") return { value: Number(text), size: start };
  if (kind !== "$") throw new Error(`Redis answered in an unknown form: ${kind}`);
  const length = Number(text);
  if (length === -1) return { value: null, size: start };
  if (bytes.length < start + length + 2) return undefined;
  return { value: bytes.toString("utf8", start, start + length), size: start + length + 2 };
}
