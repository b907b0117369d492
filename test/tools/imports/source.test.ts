import { expect, test } from "vitest";
import { parseSource } from "../../../tools/imports/source.ts";

test("reads every form of import, with its line", () => {
  const { imports } = parseSource(
    "stacks/discover/scan.ts",
    [
      `import "../../bus/kernel/log.ts";`,
      `import type { A } from "./a.ts";`,
      `import {`,
      `  b as c,`,
      `  type D,`,
      `} from "@scope/name/part";`,
      `import * as e from "node:fs";`,
      `export * from "./f.ts";`,
      `const g = import("./g.ts");`,
    ].join("\n"),
  );
  expect(imports).toEqual([
    { target: "bus/kernel/log.ts", line: 1, typeOnly: false, names: [] },
    { target: "stacks/discover/a.ts", line: 2, typeOnly: true, names: ["A"] },
    { target: "@scope/name/part", line: 3, typeOnly: false, names: ["b", "D"] },
    { target: "node:fs", line: 7, typeOnly: false, names: [] },
    { target: "stacks/discover/f.ts", line: 8, typeOnly: false, names: [] },
    { target: "stacks/discover/g.ts", line: 9, typeOnly: false, names: [] },
  ]);
});

test("takes no string, comment or declaration for an import", () => {
  const text = [
    `export const version = "2.14.0";`,
    `export class Failure extends Error {`,
    `  override readonly name: string = "Failure";`,
    `}`,
    `// import { a } from "a";`,
    `const text = 'import { a } from "a";';`,
  ].join("\n");
  expect(parseSource("bus/a.ts", text).imports).toEqual([]);
});
