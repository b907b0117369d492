import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFrontDoor, parsePublicUrl, type FrontDoor } from "../../../stacks/targets/process/front-door.ts";
import { freePort } from "./free-port.ts";

describe("the front door", () => {
  let app: Server;
  let appPort: number | undefined;
  let door: FrontDoor;
  let port: number;
  const seen: { method: string | undefined; headers: string[]; body: string }[] = [];
  let aborted = 0;

  beforeEach(async () => {
    seen.length = 0;
    aborted = 0;
    app = createServer((incoming, response) => {
      let body = "";
      incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
      incoming.on("end", () => {
        seen.push({ method: incoming.method, headers: incoming.rawHeaders, body });
        if (incoming.url === "/forever") {
          response.write("first");
          response.on("close", () => aborted++);
        } else if (incoming.url === "/cut") {
          response.write("part");
          setTimeout(() => response.socket?.destroy(), 20);
        } else if (incoming.url === "/unchanged") response.writeHead(304, { etag: '"x"' }).end();
        else if (incoming.url === "/cookies")
          response.writeHead(201, ["Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-Case", "Kept"]).end("made");
        else response.end(incoming.url);
      });
    });
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    appPort = (app.address() as AddressInfo).port;
    port = await freePort();
    door = await openFrontDoor({
      url: `http://127.0.0.1:${port}`,
      stack: "shop",
      currentPort: () => appPort,
      waitMs: 600,
    });
  });

  afterEach(async () => {
    await door.close();
    app.closeAllConnections();
    await new Promise((resolve) => app.close(resolve));
  });

  const ask = (
    path: string,
    method = "GET",
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<IncomingMessage & { text: string }> =>
    new Promise((resolve, reject) => {
      const sent = request({ port, host: "127.0.0.1", path, method, headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("error", reject);
        response.on("end", () => resolve(Object.assign(response, { text })));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });

  it("passes method, path, body, the Host and repeated headers unchanged", async () => {
    const answer = await ask("/cookies?a=%20b", "PUT", { host: "shop.example", "X-Mine": "1" }, "hello");
    expect(answer.statusCode).toBe(200);
    expect(seen[0]).toMatchObject({ method: "PUT", body: "hello" });
    expect(seen[0]?.headers).toEqual(expect.arrayContaining(["host", "shop.example", "X-Mine", "1"]));
    const cookies = await ask("/cookies");
    expect(cookies.statusCode).toBe(201);
    expect(cookies.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(cookies.rawHeaders).toContain("X-Case");
  });

  it("passes answers without a body", async () => {
    expect(await ask("/x", "HEAD")).toMatchObject({ statusCode: 200, text: "" });
    expect(await ask("/unchanged")).toMatchObject({ statusCode: 304, headers: { etag: '"x"' } });
    expect(await ask("/x", "DELETE")).toMatchObject({ statusCode: 200, text: "/x" });
  });

  it("keeps a chunked body a body, whatever the method: nothing is smuggled", async () => {
    const smuggled = "GET /inner HTTP/1.1\r\nHost: x\r\n\r\n";
    const answer = await raw(
      `GET /outer HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toBe(smuggled);
  });

  it("answers several requests on one connection, and 1.0 clients", async () => {
    const both = await raw(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(both.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(await raw("GET /old HTTP/1.0\r\n\r\n")).toMatch(/200 OK[\s\S]*\r\n\r\n\/old$/);
  });

  it("refuses what is no HTTP after a method", async () => {
    expect(await raw("GET nonsense\r\n\r\n")).toContain("400 Bad Request");
  });

  it("lets the app know when a client leaves, and the client when the app breaks off", async () => {
    const sent = request({ port, host: "127.0.0.1", path: "/forever", agent: false }, (response) =>
      response.once("data", () => sent.destroy()),
    );
    sent.on("error", () => sent.destroy());
    sent.end();
    await expect.poll(() => aborted).toBe(1);
    await expect(ask("/cut")).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    await expect.poll(() => door.openOn(appPort ?? 0)).toBe(0);
  });

  it("waits for an instance that comes back, and says 503 when it does not", async () => {
    const there = appPort;
    appPort = undefined;
    const waiting = ask("/later");
    setTimeout(() => (appPort = there), 200);
    expect(await waiting).toMatchObject({ statusCode: 200, text: "/later" });
    appPort = 1;
    expect(await ask("/never")).toMatchObject({ statusCode: 503, headers: { "retry-after": "2" } });
  });

  it("takes bodies of any size", async () => {
    const big = "x".repeat(3_000_000);
    expect((await ask("/big", "POST", {}, big)).statusCode).toBe(200);
    expect(seen[0]?.body.length).toBe(big.length);
  });
});

describe("parsePublicUrl", () => {
  it.each([
    ["http://127.0.0.1:8088", "127.0.0.1", 8088],
    ["http://localhost", "127.0.0.1", 80],
    ["http://0.0.0.0:81/", "0.0.0.0", 81],
    ["http://[::1]:82", "::1", 82],
    ["http://shop.example:83", "127.0.0.1", 83],
  ])("reads %s", (url, host, port) => {
    expect(parsePublicUrl(url)).toEqual({ host, port });
  });

  it.each(["https://127.0.0.1", "ftp://x", "8088", ""])("refuses %j", (url) => {
    expect(() => parsePublicUrl(url)).toThrow(expect.objectContaining({ code: "url_invalid" }));
  });
});
