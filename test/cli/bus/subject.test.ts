import { expect, test } from "vitest";
import { toSubject } from "../../../cli/bus/subject.ts";

test.each([
  ["ticket.approve", "shop.do.operator.ticket-approve"],
  ["host.project", "shop.ask.host.project"],
  ["feed.>", "shop.feed.>"],
  ["do.manager.ticket-list", "shop.do.manager.ticket-list"],
  ["shop.flow.ticket.*", "shop.flow.ticket.*"],
  ["$JS.API.INFO", "$JS.API.INFO"],
  ["other.flow.ticket.T-0001", "other.flow.ticket.T-0001"],
  [">", ">"],
])("%s is %s", (typed, subject) => expect(toSubject(typed, "operator", "shop")).toBe(subject));

test.each(["", "a b", "a..b", ".a", "a.", "a.>.b", "a.b*", "a\tb"])("%j is no subject", (typed) =>
  expect(() => toSubject(typed, "operator", "shop")).toThrow(
    expect.objectContaining({ code: "subject_invalid", kind: "invalid_input" }),
  ),
);
