import fc from "fast-check";
import { expect, test } from "vitest";
import { readCookie } from "../../gateway/auth/session-cookie.ts";
import { createDoor } from "../../gateway/auth/door.ts";
import { findAction } from "../../gateway/wizard/actions.ts";
import { openDoor } from "./support/door.ts";

const runs = 10_000;

test("whatever a Host, an Origin or a cookie says is answered by yes or no", () => {
  const door = createDoor({ port: () => 5050, proxyOrigin: "https://dockfra.example" });
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.webUrl(), fc.domain());
  fc.assert(
    fc.property(text, (value) => {
      expect(door.isHost(value)).toBe(
        ["127.0.0.1:5050", "localhost:5050", "[::1]:5050", "dockfra.example"].includes(value.toLowerCase()),
      );
      expect(door.isOrigin(value) && !value.includes("5050") && !value.includes("dockfra.example")).toBe(
        false,
      );
      expect(["string", "undefined"]).toContain(typeof readCookie(value));
    }),
    { numRuns: runs },
  );
});

test("whatever an action says is one of the closed list or a chat message", () => {
  const names = fc.constantFrom(
    "welcome",
    "show_ticket",
    "__proto__",
    "constructor",
    "run_ssh_cmd",
    "toString",
  );
  const value = fc.oneof(
    fc.string(),
    fc.tuple(names, fc.array(fc.string())).map(([name, args]) => [name, ...args].join("::")),
  );
  fc.assert(
    fc.property(value, (text) => {
      const { name, action, args } = findAction(text);
      expect(typeof action).toBe("function");
      expect(name === "chat" || text.trim().startsWith(name)).toBe(true);
      expect(args.every((arg) => typeof arg === "string")).toBe(true);
    }),
    { numRuns: runs },
  );
});

test("no body, form or query makes the gateway stumble", async () => {
  await using gateway = await openDoor();
  await gateway.ask("POST", "/api/v1/tickets", { title: "Target", autonomy: "manual" });
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("\u0000", "‮", "x".repeat(10_000), -1, 1e308, "__proto__"),
  );
  const field = fc.constantFrom(
    "title",
    "description",
    "priority",
    "labels",
    "status",
    "text",
    "author",
    "assigned_to",
    "action",
    "value",
    "form",
    "token",
    "checks",
    "state",
    "KEY",
  );
  const body = fc.oneof(odd, fc.dictionary(field, odd));
  const url = fc.constantFrom(
    ...[
      "/api/tickets",
      "/api/tickets/T-0001",
      "/api/tickets/T-0001/comment",
      "/api/env",
      "/api/action",
      "/api/v1/tickets",
      "/api/v1/env",
    ],
    ...["/api/v1/tickets/T-0001/update", "/api/v1/tickets/T-0001/comment", "/api/v1/tickets/T-0001/reject"],
  );
  const method = fc.constantFrom("POST" as const, "PUT" as const);
  await fc.assert(
    fc.asyncProperty(method, url, body, async (verb, path, payload) => {
      const { status, text } = await gateway.ask(verb, path, payload);
      expect({ verb, path, payload, status, text: status >= 500 ? text : "" }).toMatchObject({ text: "" });
    }),
    { numRuns: 800 },
  );
  const query = fc.dictionary(
    fc.constantFrom("state", "limit", "since", "n", "type", "after", "priority"),
    fc.string(),
  );
  const read = fc.constantFrom(
    "/api/tickets",
    "/api/events/since/0",
    "/api/logs/tail",
    "/api/v1/tickets",
    "/api/v1/feed",
    "/api/v1/tickets/T-0001/timeline",
  );
  await fc.assert(
    fc.asyncProperty(read, query, async (path, given) => {
      const { status } = await gateway.ask("GET", `${path}?${new URLSearchParams(given).toString()}`);
      expect({ path, given, isServerError: status >= 500 }).toMatchObject({ isServerError: false });
    }),
    { numRuns: 500 },
  );
}, 60_000);
