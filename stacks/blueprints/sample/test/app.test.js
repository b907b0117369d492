import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { createApp } from "../src/app.js";
import { createMemoryStore } from "../src/store.js";

const server = createServer(
  createApp({
    store: createMemoryStore(),
    version: "test",
    banner: "Closed on <Sunday>",
  }),
);
let url;

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

test("the page shows the products, the example basket and the banner", async () => {
  const response = await fetch(`${url}/`);
  const page = await response.text();
  assert.equal(response.status, 200);
  assert.match(page, /Gooseneck kettle/);
  assert.match(page, /2 × Coffee beans/);
  assert.match(page, /Subtotal: €29\.97/);
  assert.match(page, /Version test/);
  assert.match(page, /Closed on &#60;Sunday&#62;/);
});

test("health says ok, the version and where baskets are kept", async () => {
  const response = await fetch(`${url}/health`);
  const health = await response.json();
  assert.equal(response.status, 200);
  assert.equal(health.ok, true);
  assert.equal(health.version, "test");
  assert.equal(health.store, "memory");
});

test("products have a name and a price", async () => {
  const products = await (await fetch(`${url}/api/products`)).json();
  assert.ok(products.every(({ name, priceCents }) => name && Number.isInteger(priceCents)));
});

test("a changed basket is the visitor's own", async () => {
  const changed = await put("beans", { quantity: 1 });
  const cookie = changed.headers.get("set-cookie").split(";")[0];
  const mine = await (await fetch(`${url}/api/cart`, { headers: { cookie } })).json();
  const others = await (await fetch(`${url}/api/cart`)).json();
  assert.equal(mine.lines[0].quantity, 1);
  assert.equal(others.lines[0].quantity, 2);
});

test("the page's buttons change the basket", async () => {
  const body = new URLSearchParams({ id: "kettle", quantity: "1" });
  const response = await fetch(`${url}/cart`, { method: "POST", body, redirect: "manual" });
  assert.equal(response.status, 303);
  const cookie = response.headers.get("set-cookie").split(";")[0];
  const page = await (await fetch(`${url}/`, { headers: { cookie } })).text();
  assert.match(page, /1 × Gooseneck kettle/);
  assert.match(page, /Delivery: free/);
});

test("what makes no sense is refused", async () => {
  assert.equal((await put("teapot", { quantity: 1 })).status, 400);
  assert.equal((await put("mug", { quantity: -1 })).status, 400);
  assert.equal((await put("mug", { quantity: "2" })).status, 400);
  assert.equal((await put("mug", "x".repeat(2_000_000))).status, 400);
  assert.equal((await fetch(`${url}/nowhere`)).status, 404);
  assert.equal((await fetch(`${url}//`)).status, 404);
});

function put(id, value) {
  return fetch(`${url}/api/cart/${id}`, { method: "PUT", body: JSON.stringify(value) });
}
