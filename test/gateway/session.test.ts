import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDoor, origin } from "./support/door.ts";

const json = { origin, "content-type": "application/json" };
const login = (token: string) => ({
  method: "POST" as const,
  url: "/api/v1/session",
  headers: json,
  payload: JSON.stringify({ token }),
});

test("a one-time token opens one session, which signs out for good", async () => {
  await using gateway = await openDoor();
  const token = await gateway.door.credentials.newLogin();
  const first = await gateway.raw(login(token));
  expect(first).toMatchObject({ status: 200, body: { ok: true } });
  const set = String(first.headers["set-cookie"]);
  expect(set).toMatch(/^dockfra_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  const cookie = set.split(";")[0] ?? "";
  const view = () => gateway.raw({ method: "GET", url: "/api/v1/session", headers: { cookie } });
  expect((await view()).body).toEqual({ signedIn: true, auth: "token", actor: { id: "ada" }, lang: "en" });
  expect(await gateway.raw(login(token))).toMatchObject({
    status: 401,
    body: { error: { code: "login_refused" } },
  });
  const out = { method: "DELETE" as const, url: "/api/v1/session", headers: { cookie, origin } };
  expect(await gateway.raw(out)).toMatchObject({ status: 200 });
  expect((await view()).body).toMatchObject({ signedIn: false, actor: null });
});

test("of two who use a token at once, one gets in", async () => {
  await using gateway = await openDoor();
  const token = await gateway.door.credentials.newLogin();
  const tries = await Promise.all([1, 2, 3, 4].map(() => gateway.raw(login(token))));
  expect(tries.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401]);
});

test("wrong tokens are refused alike, and the sixth attempt in a minute waits, a right one too", async () => {
  await using gateway = await openDoor();
  for (const token of ["", "x", "A".repeat(43), "../../keys/operator.nk", "\u0000"])
    expect(await gateway.raw(login(token))).toMatchObject({
      status: 401,
      body: { error: { code: "login_refused" } },
    });
  const right = await gateway.door.credentials.newLogin();
  expect(await gateway.raw(login(right))).toMatchObject({
    status: 429,
    body: { error: { code: "too_many_logins" } },
  });
});

test("only hashes are on disk, and nobody else can read them", async () => {
  await using gateway = await openDoor();
  const { credentials } = gateway.door;
  const secrets = [
    await credentials.newLogin(),
    await credentials.newApiToken("ci", ["read"]),
    gateway.cookie.split("=")[1] ?? "",
  ];
  const dir = join(gateway.options.stateDir, "gateway");
  for (const name of ["logins", "sessions", "api-tokens"]) {
    expect((await stat(join(dir, name))).mode & 0o777).toBe(0o700);
    for (const file of await readdir(join(dir, name))) {
      expect((await stat(join(dir, name, file))).mode & 0o777).toBe(0o600);
      const text = file + (await readFile(join(dir, name, file), "utf8"));
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  }
});

test("an API token does what its abilities say, without Origin, until it is revoked", async () => {
  await using gateway = await openDoor();
  const { credentials } = gateway.door;
  const [reader, writer] = [
    await credentials.newApiToken("look", ["read"]),
    await credentials.newApiToken("ci", ["read", "write"]),
  ];
  const ask = (token: string, method: "GET" | "POST", more = {}) =>
    gateway.raw({
      method,
      url: "/api/v1/tickets",
      headers: {
        authorization: `Bearer ${token}`,
        ...(method === "GET" ? {} : { "content-type": "application/json" }),
        ...more,
      },
      ...(method === "GET" ? {} : { payload: '{"title":"By a script"}' }),
    });
  expect(await ask(reader, "GET")).toMatchObject({ status: 200 });
  expect(await ask(reader, "POST")).toMatchObject({
    status: 403,
    body: { error: { code: "ability_missing" } },
  });
  expect(await ask(writer, "POST")).toMatchObject({ status: 200, body: { id: "T-0001" } });
  expect(await gateway.ask("GET", "/api/v1/tickets/T-0001")).toMatchObject({
    body: { createdBy: "ada (ci)" },
  });
  // a page that knows a token still has to be ours
  expect(await ask(writer, "POST", { origin: "https://evil.example" })).toMatchObject({ status: 403 });
  expect(await ask(writer, "POST", { cookie: "dockfra_session=x" })).toMatchObject({ status: 403 });
  const [{ hash } = { hash: "" }] = (await credentials.apiTokens()).filter(
    ({ facts }) => facts.name === "ci",
  );
  await credentials.revokeApiToken(hash);
  expect(await ask(writer, "GET")).toMatchObject({ status: 401 });
});

test("with no login, loopback is trusted, but no foreign page", async () => {
  await using gateway = await openDoor({ auth: "none" });
  expect((await gateway.raw({ method: "GET", url: "/api/v1/session" })).body).toMatchObject({
    signedIn: true,
    auth: "none",
  });
  expect(await gateway.raw({ method: "POST", url: "/api/tickets/sync" })).toMatchObject({ status: 200 });
  const typed = { "content-type": "application/json" };
  for (const headers of [
    { origin: "https://evil.example" },
    { host: "evil.example" },
    { "sec-fetch-site": "cross-site" },
  ]) {
    const { status } = await gateway.raw({
      method: "POST",
      url: "/api/tickets",
      headers: { ...typed, ...headers },
      payload: "{}",
    });
    expect([403, 421]).toContain(status);
  }
  const text = {
    method: "POST" as const,
    url: "/api/tickets",
    headers: { "content-type": "text/plain" },
    payload: "{}",
  };
  expect(await gateway.raw(text)).toMatchObject({ status: 415 });
});
