import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShopCopy, readDemoTicket } from "./shop-copy.ts";
import type { ShopCopy } from "./shop-copy.ts";

const fixesTotal = await readDemoTicket("t1-fix-total.md");
const breaksTests = await readDemoTicket("t2-breaks-tests.md");
const failsHealth = await readDemoTicket("t3-fails-health.md");

test("every ticket has a title, checks in the ticket grammar and a patch", () => {
  const grammar = /^GET \/\S*(?: -> \d{3})?(?: (?:contains|lacks) "[^"]+")?$/;
  for (const ticket of [fixesTotal, breaksTests, failsHealth]) {
    expect(ticket.title).not.toBe("");
    expect(ticket.checks.length).toBeGreaterThan(0);
    for (const check of ticket.checks) expect(check).toMatch(grammar);
    expect(ticket.diff).toMatch(/^diff --git a\/src\//);
  }
});

test("the first ticket brings the right total, and a test that the old code fails", async () => {
  await using copy = await createShopCopy();
  await using before = await copy.start();
  const broken = await read(`${before.url}/`);
  expect(broken.body).toContain("Total: €24.97");
  expect(broken.body).not.toContain("Total: €34.97");

  await copy.apply(fixesTotal);
  expect(await copy.test()).toMatchObject({ exitCode: 0 });
  await using after = await copy.start();
  const fixed = await read(`${after.url}/`);
  expect(fixed.body).toContain("Total: €34.97");
  expect(fixed.body).not.toContain("Total: €24.97");
  expect(fixesTotal.checks).toEqual(['GET / contains "Total: €34.97"', 'GET / lacks "Total: €24.97"']);

  await copy.git("checkout", "HEAD~1", "--", "src/cart.js");
  const without = await copy.test();
  expect(without.exitCode).not.toBe(0);
  expect(without.output).toContain("the total with delivery");
});

describe.each([
  { base: "the shop as it is shipped", merged: [] },
  { base: "the shop with the first ticket merged", merged: [fixesTotal] },
])("on $base", ({ merged }) => {
  let copy: ShopCopy;
  beforeAll(async () => {
    copy = await createShopCopy();
    for (const ticket of merged) await copy.apply(ticket);
    await copy.git("tag", "base");
  });
  afterAll(() => copy[Symbol.asyncDispose]());

  test("the second ticket breaks the test of a quantity of 0, and no other", async () => {
    await copy.git("reset", "--quiet", "--hard", "base");
    await copy.apply(breaksTests);
    const { exitCode, output } = await copy.test();
    expect(exitCode).not.toBe(0);
    expect(output).toContain("a quantity of 0 takes the product out of the basket");
    expect(output).toMatch(/^(?:#|ℹ) fail 1$/m);

    // Only the tests stop it: running, it would pass its checks.
    await using shop = await copy.start();
    expect(await read(`${shop.url}/health`)).toMatchObject({ status: 200 });
    expect((await read(`${shop.url}/`)).body).toContain("at most 10");
  });

  test("the third ticket passes all tests, but its health answers 500", async () => {
    await copy.git("reset", "--quiet", "--hard", "base");
    await copy.apply(failsHealth);
    const tested = await copy.test();
    expect(tested.output).toMatch(/^(?:#|ℹ) fail 0$/m);
    expect(tested.exitCode).toBe(0);

    const shop = await copy.start();
    expect(await read(`${shop.url}/health`)).toMatchObject({ status: 500 });
    expect(await read(`${shop.url}/`)).toMatchObject({ status: 200 });
    const port = new URL(shop.url).port;
    expect(await copy.run("node", ["src/probe.js"], { env: { PORT: port } })).toMatchObject({
      exitCode: 1,
      output: "/health answered 500",
    });
    const { output } = await shop.stop();
    expect(output).toContain("GET /health failed: TypeError");
  });
});

async function read(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}
