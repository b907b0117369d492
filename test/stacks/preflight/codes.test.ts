import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { en } from "../../../locales/en/all.ts";
import { preflightCodes, preflightFixCodes } from "../../../stacks/preflight/codes.ts";
import { suggestionCodes } from "../../../stacks/suggest/codes.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/preflight.md"), "utf8");

test("the manual names every finding, and none that is not", () => {
  const named = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code ?? "");
  const known: readonly string[] = [...preflightCodes, "file_refused"];
  const elsewhere = new Set(["env_file"]);
  expect(known.filter((code) => !named.includes(code))).toEqual([]);
  expect(named.filter((code) => !known.includes(code) && !elsewhere.has(code))).toEqual([]);
});

test("every code has a sentence", () => {
  for (const code of [...preflightCodes, ...preflightFixCodes, ...suggestionCodes])
    expect(en).toHaveProperty(code);
});
