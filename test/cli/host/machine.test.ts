import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHostFetch } from "../../../agents/monitor/host-fetch.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import { createStackFetch } from "../../../cli/host/fetch.ts";
import { serveMachine } from "../../../cli/host/machine.ts";
import { lookAtPorts } from "../../../cli/host/ports.ts";
import { runCheck } from "../../../stacks/checks/check-run.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

let app: Server;
let other: Server;
let otherHits = 0;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

beforeAll(async () => {
  other = createServer((_, response) => {
    otherHits++;
    response.end("not a stack's");
  });
  await listen(other);
  app = createServer((request, response) => {
    if (request.url === "/away")
      response.writeHead(302, { location: `http://127.0.0.1:${portOf(other)}/` }).end("elsewhere");
    else if (request.url === "/here") response.writeHead(302, { location: "/ok" }).end();
    else if (request.url === "/big") response.end("x".repeat(400_000));
    else if (request.url === "/hang") return;
    else response.writeHead(200, { "content-type": "text/plain" }).end("all ok");
  });
  await listen(app);
});

afterAll(() => {
  for (const server of [app, other]) {
    server.closeAllConnections();
    server.close();
  }
});

const file = (port: number): string =>
  `deploy:\n  shop: { target: compose, url: "http://127.0.0.1:${port}" }\n`;
const signal = new AbortController().signal;
const fetcher = (scratch: Scratch) =>
  createStackFetch({ root: scratch.dir, stateDir: scratch.path("dockfra"), signal });

describe("a page of a stack", () => {
  test("is fetched for others, with redirects on its own address only and a limit", async () => {
    await using scratch = await makeScratch();
    await scratch.write("dockfra.yaml", file(portOf(app)));
    const get = (path: string) =>
      fetcher(scratch)({ url: `http://127.0.0.1:${portOf(app)}${path}`, timeoutMs: 1_000 });
    const page = await get("/here");
    expect(page).toMatchObject({ status: 200, contentType: "text/plain", cut: false });
    expect(Buffer.from(page.bodyBase64, "base64").toString()).toBe("all ok");
    expect(await get("/away")).toMatchObject({ status: 302 });
    expect(otherHits).toBe(0);
    const big = await get("/big");
    expect(big.cut).toBe(true);
    expect(Buffer.from(big.bodyBase64, "base64")).toHaveLength(256 * 1024);
    await expect(
      fetcher(scratch)({ url: `http://127.0.0.1:${portOf(app)}/hang`, timeoutMs: 150 }),
    ).rejects.toMatchObject({ code: "page_unreachable", retryable: false });
  });

  test("must be of a stack of this project, on this machine", async () => {
    await using scratch = await makeScratch();
    await scratch.write("dockfra.yaml", file(portOf(app)));
    const ask = (url: string) => fetcher(scratch)({ url, timeoutMs: 500 });
    for (const url of [
      `http://127.0.0.1:${portOf(other)}/`,
      `http://example.org:${portOf(app)}/`,
      `http://127.0.0.1.example.org:${portOf(app)}/`,
      `http://u:p@127.0.0.1:${portOf(app)}/`,
      "http://169.254.169.254/latest",
    ])
      await expect(ask(url)).rejects.toMatchObject({ code: "fetch_refused", kind: "denied" });
    expect(otherHits).toBe(0);
    await scratch.write(
      "dockfra/targets/preview/preview.json",
      JSON.stringify({ url: `http://127.0.0.1:${portOf(other)}` }),
    );
    expect(await ask(`http://localhost:${portOf(other)}/`)).toMatchObject({ status: 200 });
  });

  test("is known from the base branch where the root has no file of its own", async () => {
    await using scratch = await makeScratch();
    await scratch.write("app/dockfra.yaml", file(portOf(app)));
    const git = (...args: string[]) => execa("git", ["-C", scratch.path("app"), ...args]);
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", ".");
    await git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "First");
    await scratch.write("app/dockfra.yaml", "deploy: {}\n");
    expect(
      await fetcher(scratch)({ url: `http://127.0.0.1:${portOf(app)}/`, timeoutMs: 1_000 }),
    ).toMatchObject({ status: 200 });
  });

  test("reaches a check through the bus, and an unreachable one fails it without a wait", async () => {
    await using scratch = await makeScratch();
    await using bus = createMemoryBus();
    await scratch.write("dockfra.yaml", file(portOf(app)));
    const end = new AbortController();
    const host = bus.worker("host", "h");
    const serving = serveMachine({
      bus: host,
      root: scratch.dir,
      stateDir: scratch.path("dockfra"),
      signal: end.signal,
    });
    const fetchPage = createHostFetch(bus.worker("monitor", "m"));
    const check = (port: number, path: string) =>
      runCheck(
        { kind: "http", path, contains: "all ok" },
        {
          baseUrl: `http://127.0.0.1:${port}`,
          readLog: () => Promise.resolve([]),
          cwd: "/",
          allowCommands: false,
          fetchPage,
          timeoutMs: 400,
        },
      );
    expect(await check(portOf(app), "/ok")).toMatchObject({ passed: true });
    expect(await check(portOf(app), "/hang")).toMatchObject({ passed: false });
    expect(await check(portOf(other), "/")).toMatchObject({
      passed: false,
      observed: expect.stringContaining("no stack of this project has port") as string,
    });
    const startMs = performance.now();
    for (let poll = 0; poll < 20; poll++) await check(portOf(app), "/ok");
    expect((performance.now() - startMs) / 20).toBeLessThan(50);
    end.abort();
    await serving;
  });
});

test("ports are free or held by somebody, and each taken one gets a free one of its own", async () => {
  const taken = [portOf(app), portOf(other)];
  const views = await lookAtPorts([...taken, 1]);
  expect(views.map(({ free }) => free)).toEqual([false, false, true]);
  expect(views[0]?.holder).toContain(`(pid ${process.pid})`);
  const offered = views.flatMap(({ nextFree }) => nextFree ?? []);
  expect(new Set(offered).size).toBe(2);
  for (const port of offered) expect(taken).not.toContain(port);
});
