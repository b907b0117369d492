import { join } from "node:path";
import { execa } from "execa";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import type { FeedItem } from "../../../bus/messages/feed.ts";
import { freePort } from "../../../bus/server/ready.ts";
import { isSameProcess, identifyProcess } from "../../../stacks/processes/process-identity.ts";
import { makeProject } from "../../e2e/installation.ts";

const dockfra = join(import.meta.dirname, "../../../bin/dockfra");

test("the link signs in once; the session, the feed and the port survive a killed gateway", async () => {
  await using project = await makeProject(await freePort());
  const port = await freePort();
  const up = await project.json("up", "--detach", "--port", String(port));
  const base = `http://127.0.0.1:${port}`;
  expect(up["url"]).toMatch(new RegExp(`^${base}/#token=[A-Za-z0-9_-]{43}$`));
  const signIn = async (url: unknown) =>
    fetch(`${base}/api/v1/session`, {
      method: "POST",
      headers: { origin: base, "content-type": "application/json" },
      body: JSON.stringify({ token: String(url).split("#token=")[1] }),
    });
  const signedIn = await signIn(up["url"]);
  expect(signedIn.status).toBe(200);
  expect((await signIn(up["url"])).status).toBe(401);
  const cookie = String(signedIn.headers.get("set-cookie")).split(";")[0] ?? "";

  const seen: number[] = [];
  const socket = io(base, {
    transports: ["websocket"],
    reconnectionDelay: 100,
    extraHeaders: { cookie, origin: base },
  });
  socket.on("feed", (item: FeedItem) => seen.push(item.seq));
  socket.on("connect", () => void socket.emit("subscribe", { since: seen.at(-1) ?? 0 }, () => undefined));
  await project.cli("ticket", "create", "One", "--autonomy", "manual");
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(1);

  const pid = await project.pidOf("gateway");
  const identity = identifyProcess(pid);
  process.kill(pid, "SIGKILL");
  await expect.poll(() => identity !== undefined && isSameProcess(identity)).toBe(false);
  await project.cli("ticket", "create", "Two", "--autonomy", "manual");
  const session = async () =>
    (await fetch(`${base}/api/v1/session`, { headers: { cookie } }).catch(() => undefined))?.json();
  await expect.poll(session, { timeout: 20_000 }).toMatchObject({ signedIn: true });
  const feed = async (): Promise<number[]> =>
    (
      (await (await fetch(`${base}/api/v1/feed?since=0&limit=1000`, { headers: { cookie } })).json()) as {
        items: FeedItem[];
      }
    ).items.map(({ seq }) => seq);
  await expect.poll(async () => seen.length === (await feed()).length, { timeout: 10_000 }).toBe(true);
  expect(seen).toEqual(await feed());
  socket.disconnect();

  const again = await project.json("url");
  expect((await signIn(again["url"])).status).toBe(200);
});

test("API tokens are made, listed and revoked by the command line", async () => {
  await using project = await makeProject(await freePort());
  const port = await freePort();
  await project.json("up", "--detach", "--port", String(port));
  const { token } = await project.json("token", "create", "ci bot", "--read-only");
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/api/tickets`, { headers: { authorization: `Bearer ${String(token)}` } });
  expect((await ask()).status).toBe(200);
  expect(await project.json("token", "list")).toMatchObject({
    tokens: [{ name: "ci bot", abilities: ["read"] }],
  });
  expect(await project.json("token", "revoke", "ci bot")).toMatchObject({ ok: true, revoked: 1 });
  expect((await ask()).status).toBe(401);
  expect(await project.cli("token", "revoke", "ci bot")).toMatchObject({ exitCode: 3 });
});

test("a second gateway of the same installation takes the same sessions and tokens", async () => {
  await using project = await makeProject(await freePort());
  const [port, second] = [await freePort(), await freePort()];
  await project.json("up", "--detach", "--port", String(port));
  const { token } = await project.json("token", "create", "both");
  const other = execa(dockfra, ["gateway", "--root", project.path(), "--port", String(second)], {
    ...{ reject: false, stdin: "ignore", stdout: "ignore", stderr: "ignore" },
  });
  const headers = { authorization: `Bearer ${String(token)}`, "content-type": "application/json" };
  const list = async () =>
    (await fetch(`http://127.0.0.1:${second}/api/tickets`, { headers }).catch(() => undefined))?.json();
  await expect.poll(list, { timeout: 20_000 }).toEqual([]);
  const body = JSON.stringify({ title: "By the first", created_by: "ada" });
  await fetch(`http://127.0.0.1:${port}/api/tickets`, { method: "POST", headers, body });
  expect(await list()).toMatchObject([{ id: "T-0001", created_by: "ada" }]);
  other.kill("SIGTERM");
  expect(await other).toMatchObject({ exitCode: 0 });
});

test("a port that is taken is named with who holds it and one that is free, and nothing is left behind", async () => {
  await using project = await makeProject(await freePort());
  await using other = await makeProject(await freePort());
  const port = await freePort();
  await project.json("up", "--detach", "--port", String(port), "--prefix", "first");
  const refused = await other.json("up", "--detach", "--port", String(port), "--prefix", "second");
  expect(refused).toMatchObject({
    ok: false,
    error: {
      code: "gateway_port_taken",
      params: { port, holder: expect.stringMatching(/^node \(pid \d+\)$/), proposal: expect.any(Number) },
    },
  });
  const { params } = refused["error"] as { params: { proposal: number } };
  expect(
    await other.json("up", "--detach", "--port", String(params.proposal), "--prefix", "second"),
  ).toMatchObject({ ok: true });
});

test("what would leave loopback unprotected is refused", async () => {
  await using project = await makeProject(await freePort());
  const cases: [string[], string][] = [
    [["--listen", "0.0.0.0"], "listen_unprotected"],
    [["--listen", "eth0"], "listen_invalid"],
    [["--listen", "0.0.0.0", "--behind-proxy", "http://plain.example"], "proxy_origin_invalid"],
    [["--listen", "0.0.0.0", "--behind-proxy", "https://x.example", "--auth", "none"], "auth_needed"],
    [["--behind-proxy", "https://x.example", "--auth", "none"], "auth_needed"],
  ];
  for (const [args, code] of cases)
    expect(await project.json("up", "--detach", ...args)).toMatchObject({ ok: false, error: { code } });
});
