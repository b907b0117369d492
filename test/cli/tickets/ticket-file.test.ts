import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTicketFile } from "../../../cli/tickets/ticket-file.ts";
import { parseTicketId } from "../../../cli/place/operator.ts";

test("the first heading is the title, the rest the description", () => {
  expect(parseTicketFile("# Fix it\n\nBecause.\n\n## More\ntext\n")).toEqual({
    title: "Fix it",
    description: "Because.\n\n## More\ntext",
  });
});

test("what stands before the heading stays", () => {
  expect(parseTicketFile("note\n\n## Title ##\nbody")).toEqual({
    title: "Title",
    description: "note\n\nbody",
  });
});

test("a heading in a fence is none", () => {
  const text = "```sh\n# comment\n```\n# Real\n";
  expect(parseTicketFile(text)).toEqual({ title: "Real", description: "```sh\n# comment\n```" });
  expect(parseTicketFile("~~~~\n# a\n~~~\n# b\n~~~~\n").title).toBeUndefined();
});

test("a byte order mark and CRLF do no harm", () => {
  expect(parseTicketFile("\uFEFF# T\r\nbody\r\n")).toEqual({ title: "T", description: "body" });
});

test.each(["", "#\n", "#no blank\n", "text only"])("%j has no title", (text) =>
  expect(parseTicketFile(text).title).toBeUndefined(),
);

test("the patches of the sample's tickets come through unchanged", async () => {
  const dir = join(import.meta.dirname, "../../../stacks/blueprints/sample-tickets");
  for (const name of await readdir(dir)) {
    const text = await readFile(join(dir, name), "utf8");
    const patch = /```diff\n[\s\S]*?\n```/.exec(text)?.[0];
    expect(parseTicketFile(text).description).toContain(patch);
  }
});

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
