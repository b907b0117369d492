import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInline, parseMarkdown, type Block, type Inline } from "../../../gateway/ui/src/ui/markdown.ts";
import { isWebUrl } from "../../../gateway/ui/src/ui/web-url.ts";

test("the plain marks are read", () => {
  expect(parseInline("a **b** *c* `d` [e](https://f.example/) https://g.example/")).toEqual([
    { kind: "text", text: "a " },
    { kind: "strong", text: "b" },
    { kind: "text", text: " " },
    { kind: "em", text: "c" },
    { kind: "text", text: " " },
    { kind: "code", text: "d" },
    { kind: "text", text: " " },
    { kind: "link", text: "e", href: "https://f.example/" },
    { kind: "text", text: " " },
    { kind: "link", text: "https://g.example/", href: "https://g.example/" },
  ]);
});

test("blocks: headings, lists, fences, paragraphs", () => {
  const blocks = parseMarkdown("# Title\n\none\ntwo\n- a\n- b\n1. c\n\n```diff\n- x\n+ y\n```\nend");
  expect(blocks.map(({ kind }) => kind)).toEqual(["heading", "paragraph", "list", "code", "paragraph"]);
  expect(blocks[3]).toEqual({ kind: "code", language: "diff", text: "- x\n+ y" });
});

test("a fence that is never closed takes the rest; one of four marks may hold three", () => {
  expect(parseMarkdown("```\nx")).toEqual([{ kind: "code", language: "", text: "x" }]);
  expect(parseMarkdown("````\n```\n````")).toEqual([{ kind: "code", language: "", text: "```" }]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "//evil.example",
  "/path",
  "https://user:pass@host/",
  " java\nscript:x",
  "file:///etc/passwd",
  "",
])("%j never becomes a link", (href) => {
  expect(isWebUrl(href)).toBe(false);
  expect(parseInline(`[x](${href})`).some(({ kind }) => kind === "link")).toBe(false);
});

function textsOf(block: Block): string[] {
  const say = (content: readonly Inline[]): string => content.map(({ text }) => text).join("");
  if (block.kind === "code") return [block.text];
  return block.kind === "list" ? block.items.map(say) : [say(block.content)];
}

test("any text is read, quickly, and only web addresses become links", () => {
  const piece = fc.constantFrom(
    "*",
    "**",
    "`",
    "```",
    "[",
    "](",
    ")",
    "\n",
    "- ",
    "1. ",
    "# ",
    "https://a.example",
    "javascript:",
    "<b>",
    "x",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      for (const block of parseMarkdown(pieces.join(""))) {
        for (const text of textsOf(block)) expect(typeof text).toBe("string");
        const content = block.kind === "paragraph" || block.kind === "heading" ? block.content : [];
        for (const inline of content) if (inline.kind === "link") expect(inline.href).toMatch(/^https?:/);
      }
    }),
  );
  const startedAtMs = performance.now();
  parseMarkdown("[".repeat(50_000) + "*".repeat(50_000) + "`".repeat(50_000));
  expect(performance.now() - startedAtMs).toBeLessThan(1_500);
});
