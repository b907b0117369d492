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
const seconds = 3;
const rounds = 3;

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
  let delays: number[] = [];
  let numbers: string[] = [];
  socket.on("feed", (item: FeedItem) => {
    if (item.code !== "tests_output") return;
    delays.push(Date.now() - item.atMs);
    numbers.push(item.text ?? "");
  });
  await new Promise<void>((resolve) => {
    socket.on("connect", () => void socket.emit("subscribe", { since: 0 }, () => resolve()));
  });

  /** Tells at an even pace, and gives the delay that all but one of a hundred stay below. */
  async function measure(): Promise<number> {
    [delays, numbers] = [[], []];
    const total = perSecond * seconds;
    const startMs = performance.now();
    for (let count = 0; count < total; count += 1) {
      const dueMs = startMs + (count * 1_000) / perSecond;
      if (dueMs > performance.now()) await sleep(dueMs - performance.now());
      const text = String(count);
      writer.tell({
        source: "developer",
        kind: "log",
        atMs: Date.now(),
        code: "tests_output",
        params: {},
        text,
      });
    }
    await expect.poll(() => numbers.length, { timeout: 10_000 }).toBe(total);
    expect(numbers).toEqual(Array.from({ length: total }, (_, index) => String(index)));
    const sorted = delays.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(total * 0.99)] ?? Infinity;
    console.log(`delay: p50 ${sorted[total / 2]} ms, p99 ${p99} ms`);
    return p99;
  }

  // what else the machine does at the moment is not the gateway's
  let best = Infinity;
  for (let round = 0; round < rounds && best > 100; round += 1) best = Math.min(best, await measure());
  socket.disconnect();
  expect(best).toBeLessThanOrEqual(100);
});
