import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { join } from "node:path";
import { discoverStacks, StackCache, type DiscoverOptions } from "../../../stacks/discover/discover.ts";
import { isActive } from "../../../stacks/discover/compose-variables.ts";
import { createComposeTree } from "./compose-tree.ts";

const plain = "services: {web: {image: 'web:${TAG:-1}'}, tool: {image: tool, profiles: [debug]}}\n";
const alone = "services: {web: {image: 'web:${RELEASE:-2}'}}\n";
const onTop = "services: {web: {restart: always, environment: {LEVEL: '${LEVEL:-info}'}}}\n";

async function discover(files: Record<string, string>, options: DiscoverOptions = {}) {
  await using tree = await createComposeTree(files);
  return await discoverStacks(tree.root, { cache: new StackCache(), ...options });
}
const filesOf = async (files: Record<string, string>, options: DiscoverOptions = {}) =>
  (await discover(files, options)).stacks.map((stack) => stack.files);

describe("production", () => {
  test("takes the file for it alone where that says all, beside the plain one otherwise", async () => {
    const production = { composeEnvironment: "production" } as const;
    const files = { "docker-compose.yml": plain, "docker-compose.override.yml": onTop };
    expect(await filesOf(files, production)).toEqual([["docker-compose.yml", "docker-compose.override.yml"]]);
    const whole = { ...files, "docker-compose-production.yml": alone };
    expect(await filesOf(whole, production)).toEqual([["docker-compose-production.yml"]]);
    expect(await filesOf(whole)).toEqual([["docker-compose.yml", "docker-compose.override.yml"]]);
    const part = { ...files, "compose.production.yml": onTop };
    expect(await filesOf(part, production)).toEqual([["docker-compose.yml", "compose.production.yml"]]);
    const short = { "compose.yaml": plain, "docker-compose.prod.yml": onTop };
    expect(await filesOf(short, production)).toEqual([["compose.yaml", "docker-compose.prod.yml"]]);
  });

  test("a broken file for it is a problem, and no silent fall back to the plain one", async () => {
    const files = { "compose.yaml": plain, "compose.prod.yaml": "services: [" };
    const { stacks, problems } = await discover(files, { composeEnvironment: "production" });
    expect(stacks).toEqual([]);
    expect(problems).toMatchObject([{ file: "compose.prod.yaml", code: "yaml_invalid" }]);
  });
});

describe("dockfra.yaml", () => {
  test("names files and profiles of a directory, also where none has a name of Compose's", async () => {
    const files = { "app/base.yml": plain, "app/more.yml": onTop, "lib/compose.yaml": plain };
    const settings = [
      { dir: "app", files: ["base.yml", "more.yml"], profiles: ["debug"] },
      { dir: "lib", profiles: ["debug"] },
    ];
    const { stacks } = await discover(files, { settings });
    expect(stacks).toMatchObject([
      { name: "app", files: ["app/base.yml", "app/more.yml"], profiles: ["debug"] },
      { name: "lib", files: ["lib/compose.yaml"], profiles: ["debug"] },
    ]);
    expect(stacks[0]?.variables.map(({ name }) => name)).toEqual(["LEVEL", "TAG"]);
  });
});

test("what a stack's own env file sets and nothing uses is told, but not what containers get whole or by name", async () => {
  const env = "TAG=7\nOLD=1\nTZ=UTC\nCOMPOSE_PROJECT_NAME=mine\n";
  const compose = "services: {web: {image: 'web:${TAG}', environment: [TZ]}}\n";
  const { stacks, values } = await discover({ "compose.yaml": compose, ".env": env });
  expect(stacks).toMatchObject([{ name: "mine", unused: ["OLD"], inherited: ["TZ"], envFiles: [".env"] }]);
  expect(values.get("compose.yaml")?.get("TAG")).toBe("7");
  const whole = { "compose.yaml": "services: {web: {image: w, env_file: [.env]}}\n", ".env": env };
  expect((await discover(whole)).stacks[0]?.unused).toEqual([]);
});

/** What Compose makes of the same directory; it needs no engine for that. */
async function askCompose(dir: string) {
  const run = await execa("docker", ["compose", "config", "--format", "json"], {
    cwd: dir,
    extendEnv: false,
    env: { PATH: process.env["PATH"] ?? "", HOME: dir },
    reject: false,
  });
  if (run.exitCode !== 0) return undefined;
  const { name, services } = JSON.parse(run.stdout) as { name: string; services: Record<string, unknown> };
  return { name, services: Object.keys(services).toSorted() };
}

const composeThere = (await execa("docker", ["compose", "version"], { reject: false })).exitCode === 0;

describe.runIf(composeThere)("the same as docker compose config says", () => {
  const one =
    "services: {a: {image: 'a:${TAG:-1}'}, dbg: {image: d, profiles: [dbg]}, x: {image: x, profiles: [other]}}\n";
  const two = "services: {b: {image: b}}\n";
  test.each<[string, Record<string, string>]>([
    ["COMPOSE_FILE", { ".env": "COMPOSE_FILE=one.yml:two.yml\n", "one.yml": one, "two.yml": two }],
    [
      "a separator",
      {
        ".env": "COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=compose.yaml,two.yml\n",
        "compose.yaml": one,
        "two.yml": two,
      },
    ],
    [
      "a file in a directory, whose name counts",
      {
        ".env": "COMPOSE_FILE=sub/two.yml:compose.yaml\nTAG=1\n",
        "compose.yaml": one,
        "sub/two.yml": two,
        "sub/.env": "TAG=2\nCOMPOSE_PROFILES=dbg\n",
      },
    ],
    ["profiles", { ".env": "COMPOSE_PROFILES=dbg, other\n", "compose.yaml": one }],
    ["all profiles", { ".env": "COMPOSE_PROFILES=*\n", "compose.yaml": one }],
    ["no profile", { "compose.yaml": one }],
    ["a reference in it", { ".env": "P=dbg\nCOMPOSE_PROFILES=${P}\n", "compose.yaml": one }],
    [
      "an override beside it that is not listed",
      { ".env": "COMPOSE_FILE=compose.yaml\n", "compose.yaml": one, "compose.override.yaml": two },
    ],
    [
      "a dependency that no profile switches on",
      { "compose.yaml": "services: {c: {image: c, depends_on: [dbg]}, dbg: {image: d, profiles: [dbg]}}\n" },
    ],
  ])("%s", async (_name, files) => {
    await using tree = await createComposeTree(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [join("shop", path), text])),
    );
    const { stacks, problems } = await discoverStacks(tree.root, { cache: new StackCache() });
    const said = await askCompose(join(tree.root, "shop"));
    if (said === undefined) return expect(problems.length).toBeGreaterThan(0);
    const own = stacks[0];
    const active = own?.services.filter(({ profiles = [] }) => isActive(profiles, own.profiles));
    expect({ name: own?.name, services: active?.map(({ name }) => name).toSorted() }).toEqual(said);
  });
});
