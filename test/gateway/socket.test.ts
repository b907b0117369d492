import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FeedItem } from "../../bus/messages/feed.ts";
import type { Widget } from "../../gateway/socket/events.ts";
import { createCredentials } from "../../gateway/auth/credentials.ts";
import { next, outcomeOf, startLive, type LiveGateway, type TestSocket } from "./support/live.ts";
import { makeGatewayProject, type TestProject } from "./support/project.ts";

let project: TestProject;
let live: LiveGateway;
beforeAll(async () => {
  project = await makeGatewayProject();
  live = await startLive(project);
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

const both = [["websocket"], ["polling"]] as const;

describe("a handshake", () => {
  test.each(both)(
    "by %s is let in with session and Origin, and told which gateway this is",
    async (transport) => {
      const socket = live.connect({}, [transport]);
      expect(await next(socket, "gateway")).toMatchObject({ up: true, startedAtMs: expect.any(Number) });
    },
  );

  test.each(both)("by %s is refused from a foreign page, and without a session", async (transport) => {
    const refused = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `${live.gateway.url}.evil.example` },
      { cookie: "" },
      { cookie: `dockfra_session=${"A".repeat(43)}` },
    ];
    for (const headers of refused)
      expect(await outcomeOf(live.connect(headers, [transport]))).not.toBe("connected");
  });

  test("under a foreign Host is refused", async () => {
    const headers = { cookie: live.cookie, origin: live.gateway.url, host: "evil.example" };
    expect(await poll(headers)).toBe(421);
    expect(await upgrade(headers, "")).toBe(421);
  });

  test("without an Origin is refused for a cookie, and let in for a token that may write", async () => {
    const credentials = createCredentials(project.options.stateDir);
    const [reader, writer] = [
      await credentials.newApiToken("r", ["read"]),
      await credentials.newApiToken("w", ["read", "write"]),
    ];
    expect(await poll({ cookie: live.cookie })).toBe(403);
    expect(await poll({ authorization: `Bearer ${reader}` })).toBe(403);
    expect(await poll({ authorization: `Bearer ${writer}` })).toBe(200);
  });

  test("of an open socket cannot be taken over by a page that learned its id", async () => {
    const socket = live.connect({}, ["polling"]);
    await next(socket, "gateway");
    const sid = (socket.io.engine as unknown as { id: string }).id;
    expect(await poll({ cookie: live.cookie, origin: "https://evil.example" }, `&sid=${sid}`)).toBe(403);
    expect(await upgrade({ cookie: live.cookie, origin: "https://evil.example" }, `&sid=${sid}`)).toBe(403);
  });
});

describe("events", () => {
  test("that do not fit the schema close that socket only", async () => {
    const bystander = live.connect();
    await next(bystander, "gateway");
    const bad: ((socket: TestSocket) => void)[] = [
      (socket) => socket.emit("action", 7 as never),
      (socket) => socket.emit("action", { value: 7 } as never),
      (socket) => socket.emit("subscribe", { since: -1 }, () => undefined),
      (socket) => socket.emit("set_lang", {} as never),
      (socket) => (socket as unknown as { emit(name: string): void }).emit("shutdown"),
      (socket) => socket.emit("action", { value: "x".repeat(300_000) }),
    ];
    for (const misbehave of bad) {
      const socket = live.connect();
      await next(socket, "gateway");
      const closed = new Promise((resolve) => socket.once("disconnect", resolve));
      misbehave(socket);
      await closed;
    }
    expect(bystander.connected).toBe(true);
  });

  test("are authorised again: a session that was signed out ends its socket at the next one", async () => {
    const credentials = createCredentials(project.options.stateDir);
    const secret = (await credentials.signIn(await credentials.newLogin())) ?? "";
    const socket = live.connect({ cookie: `dockfra_session=${secret}` });
    await next(socket, "gateway");
    await credentials.signOut(secret);
    const closed = new Promise((resolve) => socket.once("disconnect", resolve));
    socket.emit("action", { value: "welcome" });
    await closed;
  });

  test("too many of them end the socket", async () => {
    const socket = live.connect();
    await next(socket, "gateway");
    const closed = new Promise((resolve) => socket.once("disconnect", resolve));
    for (let count = 0; count < 400; count += 1) socket.emit("set_lang", { lang: "en" });
    await closed;
  });
});

describe("the feed", () => {
  test("comes from a sequence on, in order, without gap or double, over reconnects", async () => {
    const seen: number[] = [];
    const writer = project.house.bus.worker("developer", "writer");
    const total = 3_000;
    let told = 0;
    const telling = setInterval(() => {
      for (let count = 0; count < 50 && told < total; count += 1, told += 1)
        writer.tell({
          source: "developer",
          kind: "progress",
          atMs: Date.now(),
          code: "work_committed",
          params: { commit: String(told) },
        });
    }, 5);
    const commits: string[] = [];
    while (commits.length < total) {
      const socket = live.connect();
      const enough = new Promise<void>((resolve) => {
        socket.on("feed", (item: FeedItem) => {
          seen.push(item.seq);
          if (item.source === "developer" && item.code === "work_committed")
            commits.push(String(item.params["commit"]));
          if (seen.length % 700 === 0 || commits.length === total) resolve();
        });
      });
      socket.on("connect", () =>
        socket.emit("subscribe", { since: seen.at(-1) ?? 0 }, ({ ok }) => expect(ok).toBe(true)),
      );
      await enough;
      socket.disconnect();
      socket.removeAllListeners();
    }
    clearInterval(telling);
    expect(commits).toEqual(Array.from({ length: total }, (_, index) => String(index)));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("a ticket that changes comes whole, and its line in the log", async () => {
    const socket = live.connect();
    await next(socket, "gateway");
    const [changed, line] = [next(socket, "ticket"), next(socket, "log_line")];
    await project.options.bus.ask("ticket.create", { title: "News", autonomy: "manual" });
    expect(await changed).toMatchObject({ view: { title: "News", state: "open" } });
    expect((await line).text).toMatch(/orchestrator T-0001 /);
  });
});

describe("actions", () => {
  test("of one socket run one after the other, and none is left of a socket that was cut off", async () => {
    const socket = live.connect();
    await next(socket, "gateway");
    const seen: string[] = [];
    socket.on("clear_widgets", () => void seen.push("begin"));
    socket.on("widget", ({ type }) => void (type === "buttons" && seen.push("end")));
    for (let sent = 0; sent < 4; sent++) socket.emit("action", { value: "welcome" });
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(8);
    expect(seen).toEqual(Array.from({ length: 4 }, () => ["begin", "end"]).flat());

    const started = performance.now();
    const ended = new Promise((resolve) => socket.once("disconnect", resolve));
    for (let sent = 0; sent < 300; sent++) socket.emit("action", { value: "welcome" });
    await ended;
    const other = live.connect();
    await next(other, "gateway");
    other.emit("action", { value: "welcome" });
    await next(other, "widget");
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("answer with messages and widgets, and end with buttons", async () => {
    const socket = live.connect();
    await next(socket, "gateway");
    const items: string[] = [];
    const done = new Promise<Widget>((resolve) => {
      socket.on("clear_widgets", () => items.push("clear"));
      socket.on("message", ({ text }) => items.push(text));
      socket.on("widget", (widget) => widget.type === "buttons" && resolve(widget));
    });
    socket.emit("action", { value: "welcome" });
    expect(await done).toMatchObject({
      items: expect.arrayContaining([{ label: "Tickets", value: "tickets_review" }]),
    });
    expect(items.slice(0, 2)).toEqual(["clear", "Stacks found: 1. Values missing: 0."]);
  });
});

function poll(headers: Record<string, string>, query = ""): Promise<number> {
  return send(headers, `transport=polling${query}`);
}

function upgrade(headers: Record<string, string>, query: string): Promise<number> {
  const more = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  return send({ ...headers, ...more }, `transport=websocket${query}`);
}

/** Asks without what a browser or a client library would add. */
function send(headers: Record<string, string>, query: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${live.gateway.url}/socket.io/?EIO=4&${query}`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once("upgrade", (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.once("error", reject);
    asked.end();
  });
}
