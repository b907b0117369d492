import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { host, openDoor, origin, type TestDoor } from "./support/door.ts";

const json = { "content-type": "application/json" };
let gateway: TestDoor;
beforeAll(async () => {
  gateway = await openDoor();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** Every route with a method that it takes. */
function routes(): { method: "GET" | "POST" | "PUT" | "DELETE"; url: string }[] {
  const found = gateway.app
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .reduce<{ path: string[]; all: { method: string; url: string }[] }>(
      (state, line) => {
        const match = /^([│\s]*)[├└]── (\S+)(?: \((.*)\))?$/.exec(line);
        if (!match) return state;
        const depth = (match[1] ?? "").length / 4;
        const path = [...state.path.slice(0, depth), match[2] ?? ""];
        const methods = (match[3] ?? "").split(", ").filter((name) => /^(?:GET|POST|PUT|DELETE)$/.test(name));
        return { path, all: [...state.all, ...methods.map((method) => ({ method, url: path.join("") }))] };
      },
      { path: [], all: [] },
    ).all;
  return found.map(({ method, url }) => ({
    method: method as "GET",
    url: url
      .replace(":id", "T-0001")
      .replace(/:hash/, "0".repeat(64))
      .replaceAll(/:[a-z]+/g, "x")
      .replace("*", "tickets"),
  }));
}
const isPublic = (url: string): boolean => url === "/api/v1/session" || !url.startsWith("/api/");

describe("the guard", () => {
  test("knows all routes", () => {
    expect(routes().length).toBeGreaterThan(50);
    expect(routes()).toContainEqual({ method: "PUT", url: "/api/tickets/T-0001" });
  });

  test("answers an address that cannot be read in the shape of its dialect", async () => {
    const old = await gateway.raw({ method: "GET", url: "/api/tickets/%E0%A4%A" });
    expect(old).toMatchObject({
      status: 400,
      body: { ok: false, error: expect.stringContaining("cannot be read") as string },
    });
    const { status, body, headers } = await gateway.raw({ method: "GET", url: "/api/v1/tickets/%zz" });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { ok: false, error: { code: "request_invalid" } },
    });
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("refuses a foreign Host on every route, before anything else", async () => {
    for (const { method, url } of routes())
      for (const name of [
        "evil.example:5050",
        "127.0.0.1:5051",
        "localhost",
        "127.0.0.1.evil.example:5050",
        "",
      ]) {
        const { status } = await gateway.raw({
          method,
          url,
          headers: { host: name, cookie: gateway.cookie, origin },
        });
        expect({ method, url, name, status }).toMatchObject({ status: 421 });
      }
  });

  test("refuses a foreign Origin on every route, with and without a session", async () => {
    for (const { method, url } of routes())
      for (const from of [
        "https://evil.example",
        "null",
        "http://127.0.0.1:5051",
        "https://127.0.0.1:5050",
        "http://localhost:5050.evil.example",
      ])
        for (const cookie of [gateway.cookie, undefined]) {
          const headers = { origin: from, ...json, ...(cookie ? { cookie } : {}) };
          const { status } = await gateway.raw({
            method,
            url,
            headers,
            ...(method === "GET" ? {} : { payload: "{}" }),
          });
          expect({ method, url, from, status }).toMatchObject({ status: 403 });
        }
  });

  test("lets nobody in without a session, but to the shell and the sign-in", async () => {
    for (const { method, url } of routes()) {
      const headers = method === "GET" ? {} : { origin, ...json };
      const { status, body } = await gateway.raw({
        method,
        url,
        headers,
        ...(method === "GET" ? {} : { payload: "{}" }),
      });
      if (isPublic(url)) expect(status).not.toBe(403);
      else expect({ method, url, status }).toMatchObject({ status: 401 });
      if (status === 401 && url.startsWith("/api/v1/") && !isPublic(url))
        expect(body).toMatchObject({ ok: false, error: { code: "session_required" } });
    }
  });

  test("a write needs its Origin where a cookie comes along", async () => {
    for (const { method, url } of routes()) {
      if (method === "GET") continue;
      const headers = { cookie: gateway.cookie, ...json };
      const { status } = await gateway.raw({ method, url, headers, payload: "{}" });
      expect({ method, url, status }).toMatchObject({ status: 403 });
    }
  });

  test("a write takes JSON only: no form, no text, nothing without a type", async () => {
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonp",
      "",
    ];
    for (const { method, url } of routes()) {
      if (method === "GET") continue;
      for (const type of types) {
        const headers = { cookie: gateway.cookie, origin, ...(type === "" ? {} : { "content-type": type }) };
        const { status } = await gateway.raw({ method, url, headers, payload: '{"title":"x"}' });
        expect({ method, url, type, status }).toMatchObject({ status: 415 });
      }
    }
  });

  test("a same-site page that hides its Origin is refused by what the browser says", async () => {
    const headers = { cookie: gateway.cookie, ...json, "sec-fetch-site": "same-site" };
    expect(await gateway.raw({ method: "POST", url: "/api/tickets", headers, payload: "{}" })).toMatchObject({
      status: 403,
    });
  });

  test("GET and HEAD change nothing, and an unknown method is no way around", async () => {
    const before = (await gateway.ask<unknown[]>("GET", "/api/tickets")).body;
    for (const method of ["HEAD", "OPTIONS", "PATCH"] as const)
      expect(
        (
          await gateway.raw({
            method,
            url: "/api/tickets",
            headers: { cookie: gateway.cookie, origin, ...json },
          })
        ).status,
      ).toBeLessThan(500);
    expect((await gateway.ask<unknown[]>("GET", "/api/tickets")).body).toEqual(before);
  });

  test("no answer carries a CORS header", async () => {
    for (const from of [origin, "https://evil.example"]) {
      const { headers } = await gateway.raw({
        method: "OPTIONS",
        url: "/api/tickets",
        headers: { origin: from, "access-control-request-method": "POST" },
      });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("a body over 1 MiB is refused, and one that is no JSON", async () => {
    expect(
      await gateway.ask("POST", "/api/v1/tickets", { title: "x", description: "y".repeat(1_100_000) }),
    ).toMatchObject({
      status: 413,
      body: { ok: false, error: { code: "body_too_large" } },
    });
    const headers = { cookie: gateway.cookie, origin, ...json };
    for (const payload of ['{"title":', "[1", '{"__proto__":{"title":"x"},"title":"y"}'])
      expect(await gateway.raw({ method: "POST", url: "/api/v1/tickets", headers, payload })).toMatchObject({
        status: 400,
        body: { error: { code: "request_invalid" } },
      });
  });

  test("the localhost names are all ours, IPv6 too", async () => {
    for (const name of ["localhost:5050", "[::1]:5050", "LOCALHOST:5050", host])
      expect(
        await gateway.raw({ method: "GET", url: "/api/v1/session", headers: { host: name } }),
      ).toMatchObject({ status: 200 });
  });

  test("the headers keep the page alone with itself", async () => {
    const { headers } = await gateway.raw({ method: "GET", url: "/" });
    expect(headers["content-security-policy"]).toContain(
      "default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:",
    );
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
    });
  });
});
