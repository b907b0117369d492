import { describe, expect, test } from "vitest";
import { layerVariables } from "../../../stacks/variables/layers.ts";
import type { LayerInput } from "../../../stacks/variables/layer-input.ts";
import { isSecretName } from "../../../stacks/variables/secrets.ts";
import type { Variable } from "../../../stacks/variables/variable.ts";

function variable(name: string, more: Partial<Variable> = {}): Variable {
  return { name, required: false, secret: false, uses: [], ...more };
}

const input: LayerInput = {
  stacks: [
    {
      name: "shop",
      variables: [variable("PORT", { default: "80" }), variable("URL", { default: "http://h:${PORT}" })],
    },
    {
      name: "db",
      variables: [variable("DB_PASSWORD", { required: true, message: "set it" }), variable("PORT")],
    },
  ],
  declared: { TITLE: { label: "Title", default: "Shop", required_for: ["shop"] }, PORT: { default: "81" } },
  envFile: new Map([
    ["PORT", "82"],
    ["EXTRA", "x"],
  ]),
};
const at = (name: string, from: LayerInput = input) => layerVariables(from).find((one) => one.name === name);

describe("layers", () => {
  test("the strongest source wins and is named", () => {
    expect(at("PORT", { ...input, environment: { PORT: "83" } })).toMatchObject({
      value: "83",
      source: "environment",
    });
    expect(at("PORT")).toMatchObject({ value: "82", source: "env_file", stacks: ["shop", "db"] });
    expect(at("PORT", { stacks: input.stacks, declared: input.declared ?? {} })).toMatchObject({
      value: "81",
      source: "project_file",
    });
    expect(at("PORT", { stacks: input.stacks })).toMatchObject({ value: "80", source: "discovered" });
    expect(at("PORT", { stacks: input.stacks, autodetected: new Map([["PORT", "79"]]) })).toMatchObject({
      value: "79",
      source: "discovered",
    });
  });

  test("a default is filled in with the values that count", () => {
    expect(at("URL")?.value).toBe("http://h:82");
  });

  test("defaults that need each other end without a value", () => {
    const stacks = [
      { name: "s", variables: [variable("A", { default: "${B}" }), variable("B", { default: "${A:?}" })] },
    ];
    expect(at("A", { stacks })?.value ?? "").toBe("");
  });

  test("what a stack or dockfra.yaml needs and nobody gives is missing", () => {
    expect(at("DB_PASSWORD")).toMatchObject({
      missing: true,
      requiredFor: ["db"],
      message: "set it",
      secret: true,
    });
    expect(at("TITLE")).toMatchObject({ missing: false, requiredFor: ["shop"], source: "project_file" });
    expect(at("DB_PASSWORD", { ...input, envFile: new Map([["DB_PASSWORD", ""]]) })?.missing).toBe(true);
  });

  test("declared ones come first, then the found ones, then what the file holds beside", () => {
    expect(layerVariables(input).map((one) => one.name)).toEqual([
      "TITLE",
      "PORT",
      "DB_PASSWORD",
      "URL",
      "EXTRA",
    ]);
  });

  test("the environment is asked only for names that are known", () => {
    const known = layerVariables({ ...input, environment: { HOME: "/root", __proto__: "x" } });
    expect(known.some((one) => one.name === "HOME")).toBe(false);
    expect(known.find(({ name }) => name === "TITLE")?.value).toBe("Shop");
  });

  test("names of object prototypes are names like others", () => {
    const stacks = [{ name: "s", variables: [variable("constructor"), variable("__proto__")] }];
    expect(at("constructor", { stacks, declared: {}, environment: {} })?.value).toBeUndefined();
    expect(at("__proto__", { stacks, declared: {}, environment: {} })?.value).toBeUndefined();
  });
});

describe("secrets by name", () => {
  test.each([
    "DB_PASSWORD",
    "MYSQL_ROOT_PASSWORD",
    "apiToken",
    "SECRET_KEY_BASE",
    "OPENROUTER_API_KEY",
    "PGPASSWORD",
    "JWT_SECRET",
    "AWS_ACCESS_KEY_ID",
    "DB_PASS",
    "SENTRY_DSN",
  ])("%s is one", (name) => {
    expect(isSecretName(name)).toBe(true);
  });
  test.each([
    "PORT",
    "KEYBOARD",
    "MONKEY",
    "PASSENGER",
    "SECRET_FILE",
    "TOKEN_TTL",
    "PUBLIC_KEY",
    "PWD",
    "COMPASS",
    "",
    "_",
  ])("%s is none", (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe("a stack's own env file", () => {
  const entry = (name: string, more: object = {}) => ({
    ...{ name, required: false, secret: false, uses: [] },
    ...more,
  });
  const shop = {
    ...{ name: "shop", variables: [entry("TAG", { default: "1" }), entry("PW", { required: true })] },
    ...{
      envFiles: ["shop/.env"],
      values: new Map([
        ["PW", "x"],
        ["TAG", "2"],
        ["OLD", "1"],
      ]),
      unused: ["OLD"],
    },
  };
  const other = { name: "other", variables: [entry("PW", { required: true })], inherited: ["TZ"] };
  const of = (given: LayerInput, name: string) => layerVariables(given).find((one) => one.name === name);

  test("is weaker than dockfra/.env and stronger than a default, and is named as the place", () => {
    expect(of({ stacks: [shop] }, "TAG")).toMatchObject({
      value: "2",
      source: "discovered",
      sourceFile: "shop/.env",
    });
    expect(of({ stacks: [shop], declared: { TAG: { default: "9" } } }, "TAG")?.value).toBe("2");
    expect(of({ stacks: [shop], envFile: new Map([["TAG", "3"]]) }, "TAG")).toMatchObject({
      value: "3",
      source: "env_file",
    });
    expect(of({ stacks: [shop], envFile: new Map([["TAG", "3"]]) }, "TAG")?.sourceFile).toBeUndefined();
  });

  test("gives a value to its own stack alone", () => {
    expect(of({ stacks: [shop] }, "PW")?.missing).toBe(false);
    expect(of({ stacks: [shop, other] }, "PW")?.missing).toBe(true);
    expect(of({ stacks: [shop, other], declared: { PW: { default: "d" } } }, "PW")?.missing).toBe(false);
  });

  test("and dockfra/.env may set what nobody uses", () => {
    const envFile = new Map([
      ["GONE", "1"],
      ["TZ", "UTC"],
      ["PW", "y"],
      ["CREW", "1"],
    ]);
    const unused = layerVariables({
      stacks: [shop, other],
      envFile,
      isUsedElsewhere: (name) => name === "CREW",
    })
      .filter((one) => one.unused)
      .map(({ name, value }) => [name, value]);
    expect(unused).toEqual([
      ["OLD", "1"],
      ["GONE", "1"],
    ]);
  });
});
