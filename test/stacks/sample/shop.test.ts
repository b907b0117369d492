import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createShopCopy } from "./shop-copy.ts";
import type { ShopCopy } from "./shop-copy.ts";

let copy: ShopCopy;
beforeAll(async () => {
  copy = await createShopCopy();
});
afterAll(() => copy[Symbol.asyncDispose]());

test("the copy is committed whole, and running it leaves it clean", async () => {
  await using shop = await copy.start();
  await fetch(`${shop.url}/`);
  expect(await copy.git("status", "--porcelain", "--ignored")).toEqual({ exitCode: 0, output: "" });
});

test("its own tests pass with the bug in place", async () => {
  const { exitCode, output } = await copy.test();
  expect(output).toMatch(/^(?:#|ℹ) fail 0$/m);
  expect(output).toMatch(/^(?:#|ℹ) skipped 0$/m);
  expect(exitCode).toBe(0);
});

test("health is ok and names the version of the environment", async () => {
  await using shop = await copy.start({ APP_VERSION: "abc1234" });
  const response = await fetch(`${shop.url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: true, version: "abc1234", store: "memory" });
  expect(await (await fetch(`${shop.url}/`)).text()).toContain("Version abc1234");
});

test("the page is plain HTML with products, basket and total, and brings its style", async () => {
  await using shop = await copy.start();
  const page = await fetch(`${shop.url}/`);
  const html = await page.text();
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  for (const text of ["Gooseneck kettle", "2 × Coffee beans", "Subtotal: €29.97", "Delivery: €5.00"])
    expect(html).toContain(text);
  expect(html).not.toMatch(/\{\{|undefined|NaN/);
  expect((await fetch(`${shop.url}/style.css`)).status).toBe(200);
});

test("with a Redis that is away the shop answers from memory and stays healthy", async () => {
  await using shop = await copy.start({ REDIS_URL: "redis://127.0.0.1:1" });
  const changed = await fetch(`${shop.url}/api/cart/mug`, {
    method: "PUT",
    body: JSON.stringify({ quantity: 4 }),
  });
  const cookie = changed.headers.get("set-cookie")?.split(";")[0] ?? "";
  const cart = await fetch(`${shop.url}/api/cart`, { headers: { cookie } });
  expect(await cart.json()).toMatchObject({ lines: [{ id: "beans" }, { id: "mug", quantity: 4 }] });
  const health = await fetch(`${shop.url}/health`);
  expect(await health.json()).toMatchObject({ ok: true, store: "memory" });
});

test("requests that make no sense do not bring it down", async () => {
  await using shop = await copy.start();
  for (const path of ["//", "/%", "/api/cart/constructor", "/../package.json"])
    expect((await fetch(shop.url + path)).status).toBe(404);
  expect((await fetch(`${shop.url}/cart`, { method: "POST", body: "id=mug" })).status).toBe(400);
  expect((await fetch(`${shop.url}/health`)).status).toBe(200);
});

test("SIGTERM ends it with 0 and lets the port go", async () => {
  const shop = await copy.start();
  expect(await shop.stop()).toMatchObject({ exitCode: 0 });
  await expect(fetch(shop.url)).rejects.toThrow();
});

test("a port that is taken is a sentence with the next step", async () => {
  await using shop = await copy.start();
  const env = { PORT: new URL(shop.url).port };
  const { exitCode, output } = await copy.run("node", ["src/server.js"], { env });
  expect(exitCode).toBe(1);
  expect(output).toMatch(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.* Set PORT/);
});

test("it depends on nothing but Node", async () => {
  const manifest = JSON.parse(await read("package.json"));
  expect(Object.keys(manifest)).not.toContain("dependencies");
  for (const file of await readdir(join(copy.directory, "src"))) {
    const imports = (await read("src", file)).matchAll(/from "([^"]+)"/g);
    for (const [, name] of imports) expect(name).toMatch(/^(?:node:|\.\/)/);
  }
});

test("the compose file keeps to loopback and checks the health of both services", async () => {
  const compose = parse(await read("docker-compose.yml"));
  expect(compose.name).toBe("shop");
  expect(compose.services.shop.ports).toEqual(["127.0.0.1:${SHOP_PORT:-8088}:8088"]);
  expect(compose.services.shop.depends_on.redis.condition).toBe("service_healthy");
  expect(compose.services.redis.image).toBe("redis:7-alpine");
  expect(compose.services.redis.ports).toBeUndefined();
  for (const name of ["shop", "redis"]) expect(compose.services[name].healthcheck.test[0]).toBe("CMD");
  const documented = [...(await read(".env.example")).matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  const used = JSON.stringify(compose).matchAll(/\$\{(\w+)/g);
  expect(documented.toSorted()).toEqual([...new Set([...used].map(([, name]) => name))].toSorted());
});

test("the image needs no frontend to be pulled and runs without root", async () => {
  const dockerfile = await read("Dockerfile");
  expect(dockerfile).toMatch(/^FROM node:24-bookworm-slim\n/);
  expect(dockerfile).not.toContain("syntax=");
  expect(dockerfile).toMatch(/^USER 1000:1000$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});

test("dockfra.yaml says how to test, deploy and check it", async () => {
  expect(parse(await read("dockfra.yaml"))).toEqual({
    lang: "en",
    autonomy: "assisted",
    test: ["node", "--test"],
    checks: ['GET /health -> 200 contains "ok"'],
    deploy: {
      shop: {
        target: "auto",
        command: ["node", "src/server.js"],
        env: { PORT: "{port}", APP_VERSION: "{commit}" },
        url: "http://127.0.0.1:8088",
        health: "/health",
      },
    },
    env: {
      SHOP_PORT: {
        label: "Port of the shop",
        group: "Shop",
        type: "port",
        desc: "Where the page answers on this machine",
      },
    },
  });
});

function read(...path: string[]): Promise<string> {
  return readFile(join(copy.directory, ...path), "utf8");
}
