import { expect, test } from "vitest";
import { findCycles } from "../../../tools/imports/cycles.ts";
import { parseSource } from "../../../tools/imports/source.ts";

function sources(graph: Record<string, readonly string[]>) {
  return Object.entries(graph).map(([name, targets]) =>
    parseSource(
      `bus/${name}.ts`,
      targets.map((target) => `import type { A } from "./${target}.ts";\n`).join(""),
    ),
  );
}

test("no cycle in a tree with a shared leaf", () => {
  expect(findCycles(sources({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toEqual([]);
});

test("a cycle is named once, by the files that close it", () => {
  expect(findCycles(sources({ a: ["b"], b: ["c"], c: ["b"], d: ["c"] }))).toEqual([
    "import cycle: bus/b.ts -> bus/c.ts -> bus/b.ts",
  ]);
});

test("a file that imports itself is a cycle", () => {
  expect(findCycles(sources({ a: ["a"] }))).toEqual(["import cycle: bus/a.ts -> bus/a.ts"]);
});
