import { readdir, readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { createBackoff } from "../../../cli/supervisor/backoff.ts";
import { openPartLog } from "../../../cli/supervisor/part-log.ts";
import { makeScratch } from "../../support/scratch.ts";

test("a log is appended to, and only its owner reads it", async () => {
  await using scratch = await makeScratch();
  for (const text of ["a\n", "b\n"]) {
    const log = openPartLog(scratch.path("p.log"));
    log.write(text);
    log.close();
  }
  expect(await readFile(scratch.path("p.log"), "utf8")).toBe("a\nb\n");
  expect((await stat(scratch.path("p.log"))).mode & 0o777).toBe(0o600);
});

test("it never grows beyond its bounds", async () => {
  await using scratch = await makeScratch();
  const log = openPartLog(scratch.path("p.log"), { maxBytes: 1_000, keep: 2 });
  for (let line = 0; line < 200; line++) log.write(`${String(line).padStart(99, "0")}\n`);
  log.close();
  const names = (await readdir(scratch.dir)).toSorted();
  expect(names).toEqual(["p.log", "p.log.1", "p.log.2"]);
  for (const name of names) expect((await stat(scratch.path(name))).size).toBeLessThanOrEqual(1_100);
});

test("a place that cannot be written costs lines and nothing else", async () => {
  await using scratch = await makeScratch();
  const log = openPartLog(scratch.path("no/such/p.log"));
  log.write("lost");
  log.close();
  expect(await readdir(scratch.dir)).toEqual([]);
});

test("waits double up to a bound, and begin anew after a reset", () => {
  const backoff = createBackoff({ firstMs: 100, maxMs: 500 });
  expect([1, 2, 3, 4, 5].map(() => backoff.nextDelayMs())).toEqual([100, 200, 400, 500, 500]);
  backoff.reset();
  expect(backoff.nextDelayMs()).toBe(100);
});
