import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDiff } from "../../../gateway/ui/src/tickets/diff.ts";

const diff = `diff --git a/src/cart.js b/src/cart.js
index 6cad5b4..e53e2dc 100644
--- a/src/cart.js
+++ b/src/cart.js
@@ -33,3 +33,4 @@ export function deliveryCents(lines) {
 kept
-  return subtotalCents(lines) - deliveryCents(lines);
+  return subtotalCents(lines) + deliveryCents(lines);
+--- not a header
 }
diff --git a/old name b/new name
similarity index 100%
rename from old name
rename to new name
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
`;

test("files, counts and line numbers", () => {
  const [cart, renamed, binary] = parseDiff(diff);
  expect(cart).toMatchObject({ path: "src/cart.js", insertions: 2, deletions: 1 });
  expect(cart?.lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
    ["hunk", undefined, undefined],
    ["same", 33, 33],
    ["removed", 34, undefined],
    ["added", undefined, 34],
    ["added", undefined, 35],
    ["same", 35, 36],
  ]);
  expect(renamed).toMatchObject({ path: "new name", lines: [] });
  expect(binary).toMatchObject({ path: "logo.png" });
});

test("a deleted file keeps its name", () => {
  expect(
    parseDiff(
      "diff --git a/x b/x\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\\ No newline at end of file\n",
    )[0],
  ).toMatchObject({
    path: "x",
    deletions: 1,
  });
});

test("anything is read without a throw, and no line is lost", () => {
  const line = fc.constantFrom(
    "diff --git a/x b/x",
    "@@ -1 +1 @@",
    "@@",
    "+a",
    "-a",
    " a",
    "",
    "\\",
    "+++ b/x",
    "--- a/x",
    "junk",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      for (const file of parseDiff(lines.join("\n")))
        expect(file.insertions + file.deletions).toBeLessThanOrEqual(file.lines.length);
    }),
  );
});
