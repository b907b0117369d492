import { cp, mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  findInstallation,
  lockPathOf,
  ownIdentity,
  type Installation,
} from "../../../cli/place/installation.ts";
import { lockRoot, refuseHeldRoot } from "../../../cli/place/locks.ts";
import { makeScratch } from "../../support/scratch.ts";

const record = (root: string): Installation => ({
  ...ownIdentity(),
  sinceMs: Date.now(),
  root,
  prefix: "place-test",
  runtime: "process",
  ready: true,
  parts: [],
});

/** A root whose lock this process holds, and a copy of all of it beside. */
async function copiedRoot(dir: string) {
  const [original, copy] = [`${dir}/shop`, `${dir}/copy`];
  await mkdir(`${original}/dockfra`, { recursive: true });
  await writeFile(lockPathOf(original), JSON.stringify(record(original)));
  await cp(original, copy, { recursive: true });
  return { original, copy };
}

test("a copy of a project that runs does not run, and can be started beside it", async () => {
  await using scratch = await makeScratch();
  const { original, copy } = await copiedRoot(await realpath(scratch.dir));
  expect(await findInstallation(original)).toMatchObject({ root: original });
  expect(await findInstallation(copy)).toBeUndefined();
  await refuseHeldRoot(copy);
  const { left } = await lockRoot(record(copy));
  expect(left).toBeUndefined();
  expect(await findInstallation(copy)).toMatchObject({ root: copy });
  await expect(lockRoot(record(original))).rejects.toMatchObject({ code: "root_in_use" });
});

test("a project that was moved while it ran still runs", async () => {
  await using scratch = await makeScratch();
  const { original, copy } = await copiedRoot(await realpath(scratch.dir));
  await rm(original, { recursive: true });
  expect(await findInstallation(copy)).toMatchObject({ root: original });
  await expect(lockRoot(record(copy))).rejects.toMatchObject({ code: "root_in_use" });
});
