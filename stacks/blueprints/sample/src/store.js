import { createRedis } from "./redis.js";

const KEEP_SECONDS = 86_400;
const RETRY_AFTER_MS = 2_000;

// Baskets in this process: gone with it, and the oldest makes room when there are too many.
export function createMemoryStore({ maxBaskets = 1_000 } = {}) {
  const baskets = new Map();
  return {
    kind: async () => "memory",
    read: async (basket) => baskets.get(basket),
    async write(basket, lines) {
      baskets.delete(basket);
      baskets.set(basket, lines);
      if (baskets.size > maxBaskets) baskets.delete(baskets.keys().next().value);
    },
    close() {},
  };
}

// Baskets in Redis; while it is away the shop goes on with what this process remembers.
export function createRedisStore(redis, { memory = createMemoryStore(), log = console.error } = {}) {
  let awayUntilMs = 0;

  async function ask(words, otherwise) {
    if (Date.now() < awayUntilMs) return otherwise();
    try {
      return await redis.command(...words);
    } catch (error) {
      awayUntilMs = Date.now() + RETRY_AFTER_MS;
      log(`Redis is away, using memory: ${error.message}`);
      return otherwise();
    }
  }

  return {
    kind: async () => ((await ask(["PING"], () => undefined)) === "PONG" ? "redis" : "memory"),
    async read(basket) {
      const text = await ask(["GET", `basket:${basket}`], () => undefined);
      return text ? JSON.parse(text) : memory.read(basket);
    },
    async write(basket, lines) {
      await memory.write(basket, lines);
      await ask(["SET", `basket:${basket}`, JSON.stringify(lines), "EX", KEEP_SECONDS], () => "OK");
    },
    close: () => redis.close(),
  };
}

export function createStore(redisUrl) {
  return redisUrl ? createRedisStore(createRedis(redisUrl)) : createMemoryStore();
}
