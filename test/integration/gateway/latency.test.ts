import { setTimeout as sleep } from "node:timers/promises";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import type { FeedItem } from "../../../bus/messages/feed.ts";
import { connectWorker } from "../../../bus/nats/connect.ts";
import { readKey } from "../../../bus/server/keys.ts";
import { freePort } from "../../../bus/server/ready.ts";
import { makeProject } from "../../e2e/installation.ts";

const perSecond = 200;
const seconds = 5;

test("200 events a second reach a page within 100 ms, all of them, in order", async () => {
  await using project = await makeProject(await freePort());
  const port = await freePort();
  await project.json("up", "--detach", "--port", String(port), "--auth", "none");
  const { natsUrl = "", credsDir = "", prefix } = await project.installation();
  const { seed } = await readKey(credsDir, "developer");
  await using writer = await connectWorker({
    ...{ worker: "developer", instance: "probe", servers: natsUrl, prefix, seed, log: silentLogger },
  });
  const base = `http://127.0.0.1:${port}`;
  const socket = io(base, { transports: ["websocket"], extraHeaders: { origin: base } });
  const delays: number[] = [];
  const numbers: string[] = [];
  await new Promise<void>((resolve) => {
    socket.on("connect", () => void socket.emit("subscribe", { since: 0 }, () => resolve()));
  });
  socket.on("feed", (item: FeedItem) => {
    if (item.code !== "tests_output") return;
    delays.push(Date.now() - item.atMs);
    numbers.push(item.text ?? "");
  });
  const total = perSecond * seconds;
  const startMs = performance.now();
  for (let count = 0; count < total; count += 1) {
    const dueMs = startMs + (count * 1_000) / perSecond;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    writer.tell({
      source: "developer",
      kind: "log",
      atMs: Date.now(),
      code: "tests_output",
      params: {},
      text: String(count),
    });
  }
  await expect.poll(() => numbers.length, { timeout: 10_000 }).toBe(total);
  socket.disconnect();
  expect(numbers).toEqual(Array.from({ length: total }, (_, index) => String(index)));
  const sorted = delays.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(total * 0.99)] ?? Infinity;
  console.log(`delay: p50 ${sorted[total / 2]} ms, p99 ${p99} ms`);
  expect(p99).toBeLessThanOrEqual(100);
});
