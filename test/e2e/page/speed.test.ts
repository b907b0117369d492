import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { describeWithBrowser, enter, visit } from "./browser.ts";
import { openGateway } from "./open-gateway.ts";

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

describeWithBrowser("speed", () => {
  test("the first load is small, and the page can be used within a second", async () => {
    await using gateway = await openGateway();
    await using visitor = await visit();
    const { page } = visitor;
    const bodies: Promise<number>[] = [];
    page.on("response", (response) => {
      if (/\/(?:assets\/.*)?$|favicon/.test(new URL(response.url()).pathname))
        bodies.push(response.body().then((body) => gzipSync(body).byteLength));
    });
    const startedAtMs = performance.now();
    await page.goto(await gateway.link());
    await page.getByRole("heading", { level: 1, name: /^Found/ }).waitFor();
    const usableMs = performance.now() - startedAtMs;
    const firstLoadBytes = (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0);
    console.log(
      `first load ${(firstLoadBytes / 1_000).toFixed(0)} kB gzip in ${bodies.length} files, usable after ${usableMs.toFixed(0)} ms`,
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
    const total = 1_200;
    const startedAtMs = performance.now();
    for (let sent = 0; sent < total; sent += 2) {
      for (const number of [sent, sent + 1])
        gateway.developer.tell({
          source: "developer",
          kind: "log",
          atMs: Date.now(),
          code: "tests_output",
          params: {},
          text: `line ${number}`,
        });
      const dueMs = startedAtMs + ((sent + 2) / 200) * 1_000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    }
    await page.getByText(`line ${total - 1}`, { exact: true }).waitFor();
    const delays = (await page.evaluate<number[]>("window.delays")).toSorted((a, b) => a - b);
    const at = (share: number): number =>
      delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Infinity;
    console.log(
      `event to pixel: p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms, ${delays.length} of ${total} seen`,
    );
    expect(delays.length).toBeGreaterThan(total * 0.99);
    expect(at(0.99)).toBeLessThan(maxEventToPixelMs);
    expect(await page.locator("[data-seq]").count()).toBeLessThanOrEqual(200);
  });
});
