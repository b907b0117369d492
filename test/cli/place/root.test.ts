import { symlink } from "node:fs/promises";
import { expect, test } from "vitest";
import { resolveRoot } from "../../../cli/place/root.ts";
import { keepPrefix, prefixOf } from "../../../cli/place/prefix.ts";
import { prepareStateDir } from "../../../cli/place/state-dir.ts";
import { readFile } from "node:fs/promises";
import { makeScratch } from "../../support/scratch.ts";

test("a missing root says its path", async () => {
  await using scratch = await makeScratch();
  await expect(resolveRoot(scratch.path("no"))).rejects.toMatchObject({
    code: "root_missing",
    params: { root: scratch.path("no") },
  });
});

test("a file is no root, nor is a path through one", async () => {
  await using scratch = await makeScratch();
  const file = await scratch.write("f", "");
  await expect(resolveRoot(file)).rejects.toMatchObject({ code: "root_not_directory" });
  await expect(resolveRoot(`${file}/x`)).rejects.toMatchObject({ code: "root_missing" });
});

test("links are resolved, so that a root has one lock whatever its name", async () => {
  await using scratch = await makeScratch();
  await scratch.write("real/x", "");
  await symlink(scratch.path("real"), scratch.path("link"));
  expect(await resolveRoot(scratch.path("link"))).toBe(scratch.path("real"));
});

test("a prefix is kept for the next start, once, and told ones go first", async () => {
  await using scratch = await makeScratch();
  await prepareStateDir(scratch.dir);
  expect(await prefixOf(scratch.dir)).toBe("dockfra");
  await keepPrefix(scratch.dir, "dockfra");
  expect(await readFile(scratch.path("dockfra/.env"), "utf8")).toBe("");
  await keepPrefix(scratch.dir, "shop");
  expect(await prefixOf(scratch.dir)).toBe("shop");
  await keepPrefix(scratch.dir, "shop-2");
  expect(await readFile(scratch.path("dockfra/.env"), "utf8")).toBe("DOCKFRA_PREFIX=shop-2\n");
  expect(await prefixOf(scratch.dir, "told")).toBe("told");
});

test.each(["Shop", "1shop", "a.b", "a*", "x".repeat(40), "ä"])("%j is no prefix", async (prefix) => {
  await using scratch = await makeScratch();
  await expect(prefixOf(scratch.dir, prefix)).rejects.toMatchObject({ code: "invalid_prefix" });
});
