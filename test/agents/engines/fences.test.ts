import { expect, test } from "vitest";
import { parseFences } from "../../../agents/engines/fences.ts";
import { patchesOf } from "../../../agents/engines/patch.ts";

test("fenced blocks are read with their language and lines", () => {
  const text = "# Title\n\n```checks\nGET /\n```\n\ntext\n\n~~~ Diff extra words\n-a\n+b\n~~~\n";
  expect(parseFences(text)).toEqual([
    { language: "checks", body: "GET /\n" },
    { language: "diff", body: "-a\n+b\n" },
  ]);
});

test("a fence of a diff's own lines does not end the block", () => {
  const diff = "@@ -1,3 +1,3 @@\n ```js\n-a\n+b\n ```\n";
  expect(patchesOf(`\`\`\`diff\n${diff}\`\`\`\n`)).toEqual([diff]);
});

test("a longer fence holds a shorter one", () => {
  expect(parseFences("````diff\n```\n````\n")).toEqual([{ language: "diff", body: "```\n" }]);
});

test("a fence that never ends goes to the end of the text", () => {
  expect(parseFences("```diff\n-a")).toEqual([{ language: "diff", body: "-a\n" }]);
});

test("line ends that a form made are not the author's, others are", () => {
  expect(patchesOf("```diff\r\n-a\r\n+b\r\n```\r\n")).toEqual(["-a\n+b\n"]);
  expect(patchesOf("```diff\n-a\r\n+b\n```\n")).toEqual(["-a\r\n+b\n"]);
});

test("indented and inline backticks open nothing, empty patches count for nothing", () => {
  expect(
    patchesOf("    ```diff\n    -a\n    ```\nUse ```diff``` blocks.\n```diff\n\n```\n```diffstat\n-a\n```\n"),
  ).toEqual([]);
});

test("several patches keep their order", () => {
  expect(patchesOf("```patch\n1\n```\n```DIFF\n2\n```\n")).toEqual(["1\n", "2\n"]);
});

test("a megabyte of backticks is read in a moment", () => {
  const startMs = performance.now();
  parseFences("`".repeat(1_000_000));
  parseFences("```\n".repeat(250_000));
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
