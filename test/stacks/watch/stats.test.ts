import { expect, test } from "vitest";
import { StatSeries } from "../../../bus/messages/stack-watch.ts";
import { parseStats, toSample } from "../../../stacks/watch/stat-reading.ts";
import { StatStore } from "../../../stacks/watch/stat-series.ts";

const startMs = Date.parse("2026-01-01T00:00:00Z");

function answer(atMs: number, cpuNs: number, more: object = {}): unknown {
  return {
    read: new Date(startMs + atMs).toISOString(),
    cpu_stats: { cpu_usage: { total_usage: cpuNs } },
    memory_stats: { usage: 3_000, limit: 9_000, stats: { inactive_file: 1_000 } },
    networks: { eth0: { rx_bytes: 5, tx_bytes: 7 }, eth1: { rx_bytes: 1, tx_bytes: 1 } },
    ...more,
  };
}

const web = { id: "1", name: "shop-web-1", project: "shop", service: "web", restarts: 2 };

test("a sample says cores between two readings, memory without the cache, and all networks", () => {
  const [before, now] = [parseStats(answer(0, 0)), parseStats(answer(2_000, 3e9))];
  expect(before && now && toSample(before, now)).toEqual({
    ...{ atMs: startMs + 2_000, cpu: 1.5, memoryBytes: 2_000, memoryLimitBytes: 9_000 },
    ...{ rxBytes: 6, txBytes: 8 },
  });
});

test.each([
  ["nothing", undefined],
  ["a stopped container", answer(0, 0, { read: "0001-01-01T00:00:00Z" })],
  ["something else", { read: 5 }],
])("%s is no reading", (_, value) => {
  expect(parseStats(value)).toBeUndefined();
});

test("a container without network or limits has zeros", () => {
  const reading = parseStats(answer(0, 1, { networks: undefined, memory_stats: {} }));
  expect(reading).toMatchObject({ rxBytes: 0, txBytes: 0, memoryBytes: 0, memoryLimitBytes: 0 });
});

test("a store keeps the last 600 samples of each container", () => {
  const store = new StatStore();
  for (let count = 0; count <= 700; count++) store.add(web, answer(count * 2_000, count * 1e9));
  const [series] = store.list((project) => project);
  expect(StatSeries.parse(series).samples).toHaveLength(600);
  expect(series).toMatchObject({ stack: "shop", service: "web", container: "shop-web-1", restarts: 2 });
  expect(series?.samples.at(-1)).toMatchObject({ atMs: startMs + 1_400_000, cpu: 0.5 });
});

test("a new start begins without a false peak and goes on in the same series", () => {
  const store = new StatStore();
  store.add(web, answer(0, 5e9));
  store.add(web, answer(1_000, 6e9));
  store.add({ ...web, id: "2" }, answer(2_000, 0));
  store.add({ ...web, id: "2" }, answer(3_000, 1e9));
  store.add({ ...web, id: "2" }, answer(4_000, 0));
  expect(store.list((name) => name)[0]?.samples.map(({ cpu }) => cpu)).toEqual([1, 1]);
});

test("lists one stack, and only what is newer than a moment", () => {
  const store = new StatStore();
  for (const container of [web, { ...web, name: "blog-web-1", project: "blog" }])
    for (let count = 0; count < 4; count++) store.add(container, answer(count * 1_000, 0));
  expect(store.list((name) => name).map(({ stack }) => stack)).toEqual(["blog", "shop"]);
  const [blog, ...others] = store.list((name) => name, { stack: "blog", sinceMs: startMs + 2_000 });
  expect(others).toEqual([]);
  expect(blog?.samples).toHaveLength(1);
});

test("forgets what nobody measured for twenty minutes, and the oldest beyond 500", () => {
  let nowMs = 0;
  const store = new StatStore(() => nowMs);
  store.add(web, answer(0, 0));
  nowMs += 21 * 60_000;
  store.sweep();
  expect(store.list((name) => name)).toEqual([]);
  for (let count = 0; count < 510; count++) {
    nowMs++;
    store.add({ ...web, name: `c${count}` }, answer(0, 0));
  }
  expect(store.list((name) => name)).toHaveLength(500);
});
