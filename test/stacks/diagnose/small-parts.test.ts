import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { Facts } from "../../../stacks/diagnose/facts.ts";
import { parseSockets } from "../../../stacks/diagnose/gather/sockets.ts";
import { nearest } from "../../../stacks/diagnose/rules/dependencies.ts";
import { removed } from "../../../stacks/diagnose/rules/lifecycle.ts";
import { findFreeSubnet, overlaps } from "../../../stacks/diagnose/subnets.ts";
import type { EngineEvent } from "../../../stacks/watch/engine-event.ts";

describe("subnets", () => {
  test.each([
    ["172.17.0.0/16", "172.17.4.0/24", true],
    ["10.0.0.0/8", "10.255.255.0/24", true],
    ["192.168.0.0/24", "192.168.1.0/24", false],
    ["0.0.0.0/0", "8.8.8.0/24", true],
    ["fd00::/64", "fd00::/80", true],
    ["fd00::/64", "fd01::/64", false],
    ["fd00::/64", "10.0.0.0/8", false],
    ["300.0.0.0/8", "10.0.0.0/8", false],
  ])("%s and %s share addresses: %s", (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected);
    expect(overlaps(b, a)).toBe(expected);
  });

  test("a free one shares nothing with those in use", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 30 })), { maxLength: 40 }),
        (list) => {
          const used = list.map(([b, c, bits]) => `10.${b}.${c}.0/${bits}`);
          const free = findFreeSubnet(used);
          if (free !== undefined) expect(used.some((one) => overlaps(one, free))).toBe(false);
        },
      ),
    );
  });
});

test("sockets tell who can be reached from outside", () => {
  const text = `  sl  local_address rem_address   st
   0: 00000000:0BB8 00000000:0000 0A 0
   1: 0100007F:0050 00000000:0000 0A 0
   2: 0B00007F:9C41 00000000:0000 0A 0
   3: 00000000:1F90 0200A8C0:1234 01 0
  sl  local_address rem_address st
   0: 00000000000000000000000001000000:1538 00000000000000000000000000000000:0000 0A 0
   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0`;
  expect(parseSockets(text)).toEqual([
    { port: 80, loopback: false },
    { port: 3_000, loopback: false },
    { port: 5_432, loopback: true },
  ]);
});

test.each([
  ["databse", ["database", "web"], "database"],
  ["db", ["database", "web"], undefined],
  ["shop-redis", ["redis", "web"], "redis"],
  ["web", ["web1", "web2"], undefined],
  ["x", ["y"], undefined],
])("%s among %j means %s", (name, among, expected) => {
  expect(nearest(name, among)).toBe(expected);
});

describe("a container that is gone", () => {
  const event = (action: string, id = "one", exitCode?: number) => ({
    ...{ id, name: "x-gone-1", project: "x", service: "gone", image: "busybox", action, atMs: 0 },
    ...(exitCode === undefined ? {} : { exitCode }),
  });
  const codes = (...events: readonly EngineEvent[]) => {
    const model = { services: { gone: {}, other: {} } };
    const facts: unknown = { model, containers: [{ service: "other" }], events };
    return removed(facts as Facts).map(({ code }) => code);
  };

  test("is told of whichever of its end and its removal was heard first", () => {
    const [end, removal] = [event("die", "one", 4), event("destroy")];
    expect(codes(event("start"), end, removal)).toEqual(["cause_removed"]);
    expect(codes(event("start"), removal, end)).toEqual(["cause_removed"]);
  });

  test("is no cause where it was asked to end, ended well, or another took its place", () => {
    expect(codes(event("kill"), event("die", "one", 137), event("destroy"))).toEqual([]);
    expect(codes(event("die", "one", 0), event("destroy"))).toEqual([]);
    expect(codes(event("die", "one", 4), event("destroy"), event("start", "two"))).toEqual([]);
    expect(codes(event("die", "one", 4))).toEqual([]);
  });
});
