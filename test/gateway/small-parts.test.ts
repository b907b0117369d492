import { describe, expect, test } from "vitest";
import { browserCommand } from "../../cli/access/browser.ts";
import { createAttempts } from "../../gateway/auth/attempts.ts";
import { createCredentials } from "../../gateway/auth/credentials.ts";
import { createDoor } from "../../gateway/auth/door.ts";
import { readCookie, writeCookie } from "../../gateway/auth/session-cookie.ts";
import { toStatusChange } from "../../gateway/http/legacy/ticket-status.ts";
import type { TicketState, TicketView } from "../../bus/messages/ticket.ts";
import { statusOfState } from "../../bus/messages/ticket.ts";
import { readGatewayFlags } from "../../cli/supervisor/gateway-place.ts";
import { makeScratch } from "../support/scratch.ts";

describe("the door", () => {
  test("knows its names with the port, and without it where that is the scheme's own", () => {
    const door = createDoor({ port: () => 80 });
    expect(["localhost", "127.0.0.1", "[::1]"].map((host) => door.isHost(host))).toEqual([true, true, true]);
    expect(
      [undefined, "", "localhost:80.", "localhost:5050", "127.1"].map((host) => door.isHost(host)),
    ).toEqual([false, false, false, false, false]);
    expect(door.isOrigin("http://localhost")).toBe(true);
    expect(door.isOrigin("https://localhost")).toBe(false);
  });

  test("behind a proxy has its origin too, and cookies go over TLS alone", () => {
    const door = createDoor({ port: () => 5050, proxyOrigin: "https://dockfra.example" });
    expect([door.isHost("dockfra.example"), door.isHost("dockfra.example:5050")]).toEqual([true, false]);
    expect([door.isOrigin("https://dockfra.example"), door.isOrigin("http://dockfra.example")]).toEqual([
      true,
      false,
    ]);
    expect(writeCookie("s", door)).toMatch(/; Secure/);
  });
});

test("a cookie is found among others", () => {
  expect(readCookie("a=1; dockfra_session=abc; b=2")).toBe("abc");
  expect(
    ["", undefined, "dockfra_session=", "xdockfra_session=abc", "dockfra_session"].map(readCookie),
  ).toEqual(Array.from({ length: 5 }));
});

test("attempts count in a sliding window, each visitor apart", () => {
  let nowMs = 1_000;
  const attempts = createAttempts({ max: 2, windowMs: 100 }, { nowMs: () => nowMs });
  expect([attempts.take("a"), attempts.take("a"), attempts.take("a"), attempts.take("b")]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  nowMs += 101;
  expect(attempts.take("a")).toBe(true);
});

test("a login is void after ten minutes, a session after thirty days, and both leave no file behind", async () => {
  await using scratch = await makeScratch();
  let nowMs = 0;
  const credentials = createCredentials(scratch.dir, { nowMs: () => nowMs });
  const late = await credentials.newLogin();
  nowMs += 10 * 60_000 + 1;
  expect(await credentials.signIn(late)).toBeUndefined();
  const session = await credentials.signIn(await credentials.newLogin());
  expect(await credentials.isSession(session)).toBe(true);
  nowMs += 30 * 24 * 3_600_000 + 1;
  expect(await credentials.isSession(session)).toBe(false);
  for (const odd of [undefined, 7, {}, "../x", "a".repeat(43).replace("a", "/")])
    expect(await credentials.isSession(odd)).toBe(false);
});

describe("a status of the predecessor", () => {
  const ticket = (state: TicketState) =>
    ({ id: "T-0001", state, status: statusOfState[state], approvalHash: "h" }) as TicketView;
  test.each([
    ["approving", "done", "ticket.approve"],
    ["approving", "closed", "ticket.approve"],
    ["approving", "in_progress", "ticket.reject"],
    ["implementing", "closed", "ticket.cancel"],
    ["open", "in_progress", "ticket.assign"],
    ["closed", "open", "ticket.reopen"],
    ["cancelled", "in_progress", "ticket.reopen"],
  ] as const)("%s set to %s is %s", (state, status, verb) => {
    expect(toStatusChange(ticket(state), status)).toMatchObject({ verb, input: { id: "T-0001" } });
  });

  test("that it has already is nothing, and one that only work brings is refused", () => {
    expect(toStatusChange(ticket("paused"), "in_progress")).toBeUndefined();
    for (const [state, status] of [
      ["open", "done"],
      ["open", "review"],
      ["implementing", "open"],
      ["verifying", "in_progress"],
      ["closed", "done"],
    ] as const)
      expect(() => toStatusChange(ticket(state), status)).toThrow(
        expect.objectContaining({ code: "status_not_settable" }),
      );
  });
});

test("a browser is opened where somebody sits before the machine", () => {
  expect(browserCommand({ DISPLAY: ":0" }, "linux")).toBe("xdg-open");
  expect(browserCommand({}, "darwin")).toBe("open");
  for (const [env, platform] of [
    [{}, "linux"],
    [{ CI: "1", DISPLAY: ":0" }, "linux"],
    [{ CI: "true" }, "darwin"],
    [{}, "win32"],
  ] as const)
    expect(browserCommand(env, platform)).toBeUndefined();
});

test("the port is told, else WIZARD_PORT's, else 5050", () => {
  delete process.env["WIZARD_PORT"];
  expect(readGatewayFlags({}).port).toBe(5050);
  process.env["WIZARD_PORT"] = "6060";
  expect(readGatewayFlags({}).port).toBe(6060);
  expect(readGatewayFlags({ port: 7070 }).port).toBe(7070);
  process.env["WIZARD_PORT"] = "x";
  expect(() => readGatewayFlags({})).toThrow(expect.objectContaining({ code: "wizard_port_invalid" }));
  delete process.env["WIZARD_PORT"];
});
