import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeWithBrowser, enter, visit } from "./browser.ts";
import { openGateway, type OpenGateway } from "./open-gateway.ts";

const maxFirstLoadBytes = 250_000;
const maxUsableMs = 1_000;
const maxEventToPixelMs = 100;

const watchPixels = `
  window.delays = [];
  const seen = new Set();
  new MutationObserver(() => {
    const lines = [...document.querySelectorAll("[data-seq]")].slice(0, 60).filter((line) => !seen.has(line.dataset.seq));
    for (const line of lines) seen.add(line.dataset.seq);
    requestAnimationFrame(() => {
      const nowMs = performance.timeOrigin + performance.now();
      for (const line of lines) window.delays.push(nowMs - Date.parse(line.querySelector("time").dateTime));
    });
  }).observe(document.body, { childList: true, subtree: true });
`;

/** Loads the page in a browser that has nothing of it yet. */
async function load(gateway: OpenGateway) {
  await using visitor = await visit();
  const { page } = visitor;
  const bodies: Promise<number>[] = [];
  page.on("response", (response) => {
    if (/\/(?:assets\/.*)?$|favicon/.test(new URL(response.url()).pathname))
      bodies.push(response.body().then((body) => gzipSync(body).byteLength));
  });
  const link = await gateway.link();
  const startedAtMs = performance.now();
  await page.goto(link);
  await page.getByRole("heading", { level: 1, name: /^Found/ }).waitFor();
  const usableMs = performance.now() - startedAtMs;
  const sizes = await Promise.all(bodies);
  return { usableMs, firstLoadBytes: sizes.reduce((sum, size) => sum + size, 0), files: sizes.length };
}

/** Sends events at an even pace and gives how long each took to the screen, sorted. */
async function measureDelays(page: Page, { developer }: OpenGateway, round: number): Promise<number[]> {
  const total = 800;
  await page.evaluate("window.delays = []");
  const startedAtMs = performance.now();
  for (let sent = 0; sent < total; sent += 2) {
    for (const number of [sent, sent + 1])
      developer.tell({
        source: "developer",
        kind: "log",
        atMs: Date.now(),
        code: "tests_output",
        params: {},
        text: `line ${round}.${number}`,
      });
    const dueMs = startedAtMs + ((sent + 2) / 200) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
  }
  await page.getByText(`line ${round}.${total - 1}`, { exact: true }).waitFor();
  const delays = await page.evaluate<number[]>("window.delays");
  expect(delays.length).toBeGreaterThan(total * 0.98);
  return delays.toSorted((a, b) => a - b);
}

// The best of three counts: what else the machine does meanwhile is not the page's.
describeWithBrowser("speed", () => {
  test("the first load is small, and the page can be used within a second", async () => {
    await using gateway = await openGateway();
    const loads = [await load(gateway), await load(gateway), await load(gateway)];
    const { firstLoadBytes, files } = loads[0] ?? { firstLoadBytes: Infinity, files: 0 };
    const usableMs = Math.min(...loads.map((each) => each.usableMs));
    console.log(
      `first load ${(firstLoadBytes / 1_000).toFixed(0)} kB gzip in ${files} files, usable after ${usableMs.toFixed(0)} ms`,
    );
    expect(firstLoadBytes).toBeLessThan(maxFirstLoadBytes);
    expect(usableMs).toBeLessThan(maxUsableMs);
    expect(
      await readFile(new URL("../../../gateway/ui/dist/index.html", import.meta.url), "utf8"),
    ).not.toMatch(/<script(?![^>]* src=)/);
  });

  test("200 events a second reach the screen within 100 ms, and the list stays bounded", async () => {
    await using gateway = await openGateway();
    await using visitor = await visit();
    const { page } = visitor;
    await enter(visitor, await gateway.link());
    await page.getByRole("link", { name: "Activity", exact: true }).click();
    await page.evaluate(watchPixels);
    const p99s: number[] = [];
    for (let round = 0; round < 3 && Math.min(...p99s) >= maxEventToPixelMs; round++) {
      const delays = await measureDelays(page, gateway, round);
      const at = (share: number): number => delays[Math.floor((delays.length - 1) * share)] ?? Infinity;
      console.log(`event to pixel: p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms`);
      p99s.push(at(0.99));
    }
    expect(Math.min(...p99s)).toBeLessThan(maxEventToPixelMs);
    expect(await page.locator("[data-seq]").count()).toBeLessThanOrEqual(200);
  });
});
