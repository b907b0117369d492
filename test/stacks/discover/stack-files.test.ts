import { symlink } from "node:fs/promises";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { chooseStackFiles, counterpart, type FileSayings } from "../../../stacks/discover/stack-files.ts";
import { discoverStacks } from "../../../stacks/discover/discover.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const local: FileSayings = { environment: "local", settings: [] };
const production: FileSayings = { ...local, environment: "production" };
const service = "services: {web: {image: busybox}}\n";

async function scratchWith(names: readonly string[]): Promise<Scratch> {
  const scratch = await makeScratch();
  for (const name of names) await scratch.write(name, name.endsWith("yml") ? service : "");
  return scratch;
}

/** What is chosen in a directory, relative to the tree. */
function chosen({ dir }: Scratch, at: string, sayings = local, ownDir?: string): string[] | undefined {
  const files = chooseStackFiles({
    tree: dir,
    dir: at,
    sayings,
    ...(ownDir === undefined ? {} : { ownDir }),
  });
  return files?.files.map((file) => relative(dir, file));
}

test.each<[string, string[], FileSayings, string[] | undefined]>([
  ["plain", ["docker-compose.yml"], local, ["docker-compose.yml"]],
  [
    "Compose's own order, with the override",
    ["docker-compose.yml", "compose.yml", "compose.override.yml"],
    local,
    ["compose.yml", "compose.override.yml"],
  ],
  [
    "production beside the plain one",
    ["docker-compose.yml", "docker-compose-production.yml"],
    production,
    ["docker-compose-production.yml"],
  ],
  [
    "as dockfra.yaml says",
    ["compose.yml", "a.yml", "b.yml"],
    { ...local, settings: [{ dir: ".", files: ["a.yml", "b.yml"] }] },
    ["a.yml", "b.yml"],
  ],
  [
    "one that is missing",
    ["a.yml"],
    { ...local, settings: [{ dir: ".", files: ["a.yml", "b.yml"] }] },
    undefined,
  ],
  ["none", ["readme.txt"], local, undefined],
])("%s", async (_, names, sayings, wanted) => {
  await using scratch = await scratchWith(names);
  expect(chosen(scratch, ".", sayings)).toEqual(wanted);
  if (wanted === undefined) return;
  const { environment: composeEnvironment, settings } = sayings;
  const [stack] = (await discoverStacks(scratch.dir, { composeEnvironment, settings })).stacks;
  expect(stack?.files).toEqual(wanted);
});

test("COMPOSE_FILE of the stack's own .env counts in a tree that carries none, with the tree's files", async () => {
  await using own = await scratchWith(["app/compose.yml", "app/base.yml", "app/more.yml"]);
  await own.write("app/.env", "COMPOSE_FILE=base.yml:more.yml\n");
  await using tree = await scratchWith(["app/compose.yml", "app/base.yml", "app/more.yml"]);
  expect(chosen(own, "app")).toEqual(["app/base.yml", "app/more.yml"]);
  expect(chosen(tree, "app", local, own.path("app"))).toEqual(["app/base.yml", "app/more.yml"]);
  await tree.write("app/.env", "OTHER=1\n");
  expect(chosen(tree, "app", local, own.path("app"))).toEqual(["app/compose.yml"]);
});

test("nothing outside of the tree is chosen", async () => {
  await using scratch = await scratchWith(["outside.yml", "tree/app/readme.txt"]);
  const choose = (dir = "app") => chooseStackFiles({ tree: scratch.path("tree"), dir, sayings: local });
  await scratch.write("tree/app/.env", "COMPOSE_FILE=../../outside.yml\n");
  expect(choose()).toBeUndefined();
  await scratch.write("tree/app/.env", "");
  await symlink(scratch.path("outside.yml"), scratch.path("tree/app/compose.yml"));
  expect(choose()).toBeUndefined();
  expect(choose("nowhere")).toBeUndefined();
});

test("a place beside or below the stack's directory has its counterpart at ROOT", () => {
  expect(counterpart("/t/app", "/t/app", "/r/app")).toBe("/r/app");
  expect(counterpart("/t/app/x", "/t/app", "/r/app")).toBe("/r/app/x");
  expect(counterpart("/t", "/t/app", "/r/app")).toBe("/r");
});
