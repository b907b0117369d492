import { chown, mkdir, stat, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { keepModelKeys, writeModelKeys } from "../../../cli/host/model-keys.ts";
import { readEnvFile } from "../../../stacks/env-file/env-file.ts";
import { makeScratch } from "../../support/scratch.ts";

async function open() {
  const scratch = await makeScratch();
  for (const role of ["manager", "developer", "monitor"])
    await mkdir(scratch.path("roles", role), { recursive: true });
  const file = (role: string): string => scratch.path("roles", role, "model.env");
  return {
    ...scratch,
    file,
    stateDir: scratch.dir,
    read: async (role: string) => Object.fromEntries(await readEnvFile(file(role))),
  };
}

it("hands the keys to who asks a model, and to nobody else; the environment counts first", async () => {
  await using place = await open();
  await place.write(".env", "OPENROUTER_API_KEY='from the file $x'\nLLM_MODEL=a/b\nDB_PASSWORD=no\n");
  await writeModelKeys({ stateDir: place.dir, env: { LLM_MODEL: "c/d", OTHER_TOKEN: "no" } });
  const expected = { OPENROUTER_API_KEY: "from the file $x", LLM_MODEL: "c/d" };
  expect(await place.read("manager")).toEqual(expected);
  expect(await place.read("developer")).toEqual(expected);
  expect((await stat(place.file("manager"))).mode & 0o777).toBe(0o600);
  await expect(stat(place.file("monitor"))).rejects.toThrow(/ENOENT/);
});

it("takes keys away that are gone, and writes nothing where nothing changed", async () => {
  await using place = await open();
  await place.write(".env", "OPENROUTER_API_KEY=key\n");
  await writeModelKeys({ stateDir: place.dir, env: {} });
  const { ino } = await stat(place.file("manager"));
  await writeModelKeys({ stateDir: place.dir, env: {} });
  expect((await stat(place.file("manager"))).ino).toBe(ino);
  await place.write(".env", "");
  await writeModelKeys({ stateDir: place.dir, env: {} });
  expect(await place.read("manager")).toEqual({});
});

it.skipIf(process.getuid?.() !== 0)("gives the file to the role's agent", async () => {
  await using place = await open();
  await chown(place.path("roles", "developer"), 61_999, 61_999);
  await writeModelKeys({ stateDir: place.dir, env: { LLM_MODEL: "a" } });
  expect(await stat(place.file("developer"))).toMatchObject({ uid: 61_999, gid: 61_999 });
});

it("follows the file while the roles have containers", async () => {
  await using place = await open();
  const stop = new AbortController();
  let inContainers = false;
  const keeping = keepModelKeys({
    stateDir: place.dir,
    env: {},
    inContainers: () => inContainers,
    log: silentLogger,
    signal: stop.signal,
  });
  await writeFile(place.path(".env"), "LLM_MODEL=a\n");
  inContainers = true;
  await expect.poll(() => place.read("manager"), { timeout: 10_000 }).toEqual({ LLM_MODEL: "a" });
  await writeFile(place.path(".env"), "LLM_MODEL=b\n");
  await expect.poll(() => place.read("manager"), { timeout: 10_000 }).toEqual({ LLM_MODEL: "b" });
  stop.abort();
  await keeping;
});
