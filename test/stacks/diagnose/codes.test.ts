import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { en } from "../../../locales/en/all.ts";
import { placeholdersOf, type Sentences } from "../../../locales/render.ts";
import { causeCodes, fixCodes } from "../../../stacks/diagnose/codes.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const sentences: Sentences = en;
const sources = globSync("stacks/diagnose/rules/*.ts", { cwd: root })
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");
const provocations = globSync("test/integration/diagnose/*.test.ts", { cwd: root })
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");

/** What this machine cannot be brought to: its own memory or disk used up, a registry that wants a password. */
const notProvoked = new Set([
  "cause_disk_full",
  "cause_host_out_of_memory",
  "cause_image_not_found",
  "cause_networks_exhausted",
  "cause_refused",
  "cause_registry_refused",
]);

describe("causes", () => {
  const page = readFileSync(join(root, "docs", "diagnosis.md"), "utf8");

  test.each(causeCodes)("%s is named by a rule, has a sentence and its row in the manual", (code) => {
    expect(sources).toContain(`"${code}"`);
    const row = page.split("\n").find((line) => line.startsWith(`| \`${code}\``));
    expect(row).toContain(sentences[code]);
  });

  test.each(causeCodes.filter((code) => !notProvoked.has(code)))("%s is provoked on the engine", (code) => {
    expect(provocations).toContain(code);
  });

  test.each(fixCodes)("%s is offered by a rule and has a sentence", (code) => {
    expect(sources).toContain(`"${code}"`);
    expect(placeholdersOf(sentences[code] ?? "").length).toBeGreaterThan(0);
  });
});
