import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { discoverStacks, StackCache } from "../../../stacks/discover/discover.ts";

interface ComposeVariable {
  readonly Name: string;
  readonly DefaultValue: string;
  readonly PresenceValue: string;
  readonly Required: boolean;
}
type Recorded =
  | { readonly variables: Readonly<Record<string, readonly ComposeVariable[]>> }
  | { readonly refused: string };

const data = join(import.meta.dirname, "../../data/compose-variables");
const expected = JSON.parse(readFileSync(join(data, "expected.json"), "utf8")) as Record<string, Recorded>;
const discovery = await discoverStacks(data, { cache: new StackCache() });
const byFile = new Map(discovery.stacks.map((stack) => [stack.files[0], stack]));

describe("what Compose itself says of real files", () => {
  test.each(Object.entries(expected))("%s", (file, recorded) => {
    const stack = byFile.get(file);
    if ("refused" in recorded) {
      expect(stack).toBeUndefined();
      expect(discovery.problems.some((problem) => problem.file === file)).toBe(true);
      return;
    }
    expect(stack?.variables.map((variable) => variable.name)).toEqual(Object.keys(recorded.variables));
    for (const variable of stack?.variables ?? []) {
      expect(recorded.variables[variable.name]).toContainEqual({
        Name: variable.name,
        DefaultValue: variable.default ?? "",
        PresenceValue: variable.alternate ?? "",
        Required: variable.required,
      });
    }
  });

  test("every stack has at least one service, and every variable a use", () => {
    for (const stack of discovery.stacks) {
      expect(stack.services.length).toBeGreaterThan(0);
      for (const variable of stack.variables) expect(variable.uses.length).toBeGreaterThan(0);
    }
  });
});
