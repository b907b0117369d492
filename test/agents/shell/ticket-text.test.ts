import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTicketText } from "../../../agents/shell/ticket-text.ts";

test("the first heading is the title, the rest the description", () => {
  expect(parseTicketText("# Fix it\n\nBecause.\n\n## More\ntext\n")).toEqual({
    title: "Fix it",
    description: "Because.\n\n## More\ntext",
  });
});

test("what stands before the heading stays", () => {
  expect(parseTicketText("note\n\n## Title ##\nbody")).toEqual({
    title: "Title",
    description: "note\n\nbody",
  });
});

test("a heading in a fence is none", () => {
  const text = "```sh\n# comment\n```\n# Real\n";
  expect(parseTicketText(text)).toEqual({ title: "Real", description: "```sh\n# comment\n```" });
  expect(parseTicketText("~~~~\n# a\n~~~\n# b\n~~~~\n").title).toBeUndefined();
});

test("a byte order mark and CRLF do no harm", () => {
  expect(parseTicketText("\uFEFF# T\r\nbody\r\n")).toEqual({ title: "T", description: "body" });
});

test.each(["", "#\n", "#no blank\n", "text only"])("%j has no title", (text) =>
  expect(parseTicketText(text).title).toBeUndefined(),
);

test("the patches of the sample's tickets come through unchanged", async () => {
  const dir = join(import.meta.dirname, "../../../stacks/blueprints/sample-tickets");
  for (const name of await readdir(dir)) {
    const text = await readFile(join(dir, name), "utf8");
    const patch = /```diff\n[\s\S]*?\n```/.exec(text)?.[0];
    expect(parseTicketText(text).description).toContain(patch);
  }
});
