import { expect, test } from "vitest";
import { covers } from "../../../cli/bus/identity.ts";
import { parseFlow } from "../../../cli/bus/replay.ts";

test.each([
  ["a.b", "a.b", true],
  ["a.*", "a.b", true],
  ["a.*", "a.b.c", false],
  ["a.>", "a.b.c", true],
  ["a.>", "a", false],
  ["a.b", "a", false],
  ["a", "a.b", false],
  ["a.*", "a.>", false],
  ["a.>", "a.>", true],
  ["a.*", "a.*", true],
  ["a.b", "a.*", false],
  ["*.b", ">", false],
])("%s covers %s: %s", (pattern, subject, expected) => expect(covers(pattern, subject)).toBe(expected));

test("a flow is a ticket's id or kind and id", () => {
  expect(parseFlow("1")).toEqual({ kind: "ticket", id: "T-0001" });
  expect(parseFlow("deploy/web")).toEqual({ kind: "deploy", id: "web" });
  expect(() => parseFlow("x/y")).toThrow(/names no flow/);
  expect(() => parseFlow("deploy/a.b")).toThrow(/names no flow/);
});
