import { expect, test } from "vitest";
import { describeVariable, knownVariables } from "../../../stacks/variables/known-variables.ts";
import { render } from "../../../locales/render.ts";
import { isSecretName } from "../../../stacks/variables/secrets.ts";

const words = (code: string): string | undefined => render("en", code);

test("the most used variables have label, group, description and type", () => {
  expect(knownVariables.size).toBeGreaterThanOrEqual(60);
  const lacking = [...knownVariables.keys()].filter((name) => {
    const { label, group, desc, type } = describeVariable(name, undefined, words);
    const isWhole = [label, group, desc, type].every((one) => typeof one === "string" && one !== "");
    return !isWhole || (isSecretName(name) && type !== "password");
  });
  expect(lacking).toEqual([]);
});

test("what the project says of a variable counts, the rest is filled in", () => {
  const described = describeVariable("LOG_LEVEL", { label: "Mine" }, words);
  expect(described).toMatchObject({ label: "Mine", type: "select", group: "System" });
  expect(described.options).toContain("debug");
  expect(describeVariable("LOG_LEVEL", { type: "text" }, words).options).toBeUndefined();
  expect(describeVariable("LOG_LEVEL", { type: "select", options: ["a"] }, words).options).toEqual(["a"]);
});

test.each([
  ["GRAFANA_PORT", "port"],
  ["MY_API_TOKEN", "password"],
  ["HOOK_URL", "url"],
  ["MEDIA_DIR", "path"],
  ["ENABLE_TLS", "boolean"],
  ["WHATEVER", undefined],
  ["constructor", undefined],
])("of %s its ending says that it is a %s", (name, type) => {
  expect(describeVariable(name, undefined, words).type).toBe(type);
});
