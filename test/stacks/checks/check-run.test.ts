import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Check } from "../../../bus/messages/checks.ts";
import { runCheck, runChecks, type CheckContext } from "../../../stacks/checks/check-run.ts";

let server: Server;
let other: Server;
let context: CheckContext;
let otherHits = 0;

beforeAll(async () => {
  other = createServer((_request, response) => {
    otherHits++;
    response.end("secret");
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const otherPort = (other.address() as AddressInfo).port;
  server = createServer((request, response) => {
    switch (request.url) {
      case "/ok":
        response.end("all ok\n");
        return;
      case "/here":
        response.writeHead(302, { location: "/ok" }).end();
        return;
      case "/away":
        response.writeHead(302, { location: `http://127.0.0.1:${otherPort}/` }).end("moved");
        return;
      case "/loop":
        response.writeHead(302, { location: "/loop" }).end();
        return;
      case "/big":
        response.write("x".repeat(1_500_000));
        response.end("needle");
        return;
      case "/hang":
        return;
      case "/endless":
        setInterval(() => response.write("x"), 20).unref();
        return;
      default:
        response.writeHead(404).end("no such page");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readLog: () => Promise.resolve(["started", "Error: boom", "Error: again"]),
    cwd: "/",
    timeoutMs: 400,
    allowCommands: true,
  };
});

afterAll(() => {
  for (const each of [server, other]) {
    each.closeAllConnections();
    each.close();
  }
});

describe("runCheck on HTTP", () => {
  it.each<[string, Partial<Extract<Check, { kind: "http" }>>, boolean, RegExp]>([
    [
      "status and text",
      { path: "/ok", status: 200, contains: "all ok" },
      true,
      /^GET \/ok answered 200 in \d+ ms$/,
    ],
    ["the default status", { path: "/ok" }, true, /200/],
    ["another status", { path: "/none" }, false, /answered 404 in \d+ ms, not 200/],
    ["an expected 404", { path: "/none", status: 404 }, true, /404/],
    ["a missing text", { path: "/ok", contains: "nope" }, false, /without "nope"/],
    ["a forbidden text", { path: "/ok", lacks: "all" }, false, /with "all"/],
    ["a redirect on the host", { path: "/here", contains: "all ok" }, true, /200/],
    ["a redirect off the host", { path: "/away", status: 302 }, true, /302/],
    ["a redirect loop", { path: "/loop" }, false, /redirects/],
    ["a text beyond 1 MB", { path: "/big", contains: "needle" }, false, /without/],
    ["a path that looks like a host", { path: "//127.0.0.2/ok" }, false, /404/],
    ["no answer in time", { path: "/hang" }, false, /out of time/],
    ["an endless body", { path: "/endless" }, false, /out of time/],
  ])("%s", async (_name, fields, passed, observed) => {
    const evidence = await runCheck({ kind: "http", path: "/", ...fields }, context);
    expect(evidence).toMatchObject({ passed, observed: expect.stringMatching(observed) as string });
    expect(evidence.tookMs).toBeLessThan(3_000);
    expect(otherHits).toBe(0);
  });

  it("records a refused connection as evidence", async () => {
    const evidence = await runCheck(
      { kind: "http", path: "/" },
      { ...context, baseUrl: "http://127.0.0.1:1" },
    );
    expect(evidence.passed).toBe(false);
    expect(evidence.observed).toMatch(/no answer/);
  });
});

describe("runCheck on commands", () => {
  it.each<[string, string[], boolean, RegExp]>([
    ["exit 0", ["node", "-e", "console.log('fine')"], true, /exited with 0 in \d+ ms: fine/],
    ["exit 3", ["node", "-e", "console.error('bad'); process.exit(3)"], false, /exited with 3 .*: bad/],
    ["no such program", ["no-such-program-anywhere"], false, /did not start: ENOENT/],
    ["a shell's words stay words", ["printf", "%s", "$(id); `id`"], true, /: \$\(id\); `id`$/],
    ["a hanging program", ["sleep", "60"], false, /ended after 400 ms/],
  ])("%s", async (_name, argv, passed, observed) => {
    const evidence = await runCheck({ kind: "command", argv }, context);
    expect(evidence).toMatchObject({ passed, observed: expect.stringMatching(observed) as string });
  });

  it("gives the command PATH, HOME, LANG, its own variables and the URL, nothing else", async () => {
    const argv = [
      "node",
      "-e",
      "console.log(Object.keys(process.env).filter((key) => key !== 'PATH').sort().join())",
    ];
    const evidence = await runCheck(
      { kind: "command", argv },
      { ...context, timeoutMs: 5_000, env: { EXTRA: "1" } },
    );
    const keys = evidence.observed.split(": ").at(-1)?.split(",") ?? [];
    expect(keys).toContain("DOCKFRA_URL");
    expect(keys.filter((key) => !["DOCKFRA_URL", "EXTRA", "HOME", "LANG"].includes(key))).toEqual([]);
  });

  it("refuses a command that is not the operator's", async () => {
    const evidence = await runCheck(
      { kind: "command", argv: ["true"] },
      { ...context, allowCommands: false },
    );
    expect(evidence).toMatchObject({
      passed: false,
      observed: expect.stringContaining("was not run") as string,
    });
  });
});

describe("runCheck on the log", () => {
  it("passes where the text is absent", async () => {
    expect(await runCheck({ kind: "log", lacks: "fatal" }, context)).toMatchObject({ passed: true });
  });

  it("names count and first hit", async () => {
    const evidence = await runCheck({ kind: "log", lacks: "Error" }, context);
    expect(evidence).toMatchObject({
      passed: false,
      observed: '2 of 3 log lines have "Error", first: Error: boom',
    });
  });

  it("records a log that cannot be read, in one line", async () => {
    const evidence = await runCheck(
      { kind: "log", lacks: "x" },
      { ...context, readLog: () => Promise.reject(new Error("gone\nfor good")) },
    );
    expect(evidence).toMatchObject({ passed: false, observed: "The check could not run: gone for good" });
  });
});

describe("runChecks", () => {
  it("takes all, and none after a cancel", async () => {
    const checks: Check[] = [
      { kind: "http", path: "/none" },
      { kind: "http", path: "/ok" },
    ];
    expect((await runChecks(checks, context)).map((each) => each.passed)).toEqual([false, true]);
    const cancelled = await runChecks(checks, { ...context, signal: AbortSignal.abort() });
    expect(cancelled.map((each) => each.observed)).toEqual([
      "Cancelled before it ran",
      "Cancelled before it ran",
    ]);
  });
});
