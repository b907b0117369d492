import { expect, test } from "vitest";
import { parseTicketId } from "../../../cli/place/operator.ts";

test.each([
  ["T-0001", "T-0001"],
  ["t-1", "T-0001"],
  ["12", "T-0012"],
  [" 3 ", "T-0003"],
  ["T-123456", "T-123456"],
])("%j is %s", (typed, id) => expect(parseTicketId(typed)).toBe(id));

test.each(["", "x", "T-", "T-1.2", "-1", "T-1234567890"])("%j is no ticket's id", (typed) => {
  expect(() => parseTicketId(typed)).toThrow(/no ticket's id/);
});
