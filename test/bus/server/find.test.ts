import { describe, expect, test } from "vitest";
import { findNatsServer, toCacheDir } from "../../../bus/server/find.ts";
import { makeScratch } from "../../support/scratch.ts";
import { writeProgram } from "./program.ts";

async function makeMachine() {
  const scratch = await makeScratch();
  const env = { PATH: scratch.path("bin"), XDG_CACHE_HOME: scratch.path("cache") };
  return {
    env,
    [Symbol.asyncDispose]: scratch[Symbol.asyncDispose],
    place: (folder: string, version: string) =>
      writeProgram(scratch, `${folder}/nats-server`, `nats-server: v${version}`),
  };
}

describe("findNatsServer", () => {
  test("a bare machine has none", async () => {
    await using machine = await makeMachine();
    expect(await findNatsServer({ env: machine.env })).toBeUndefined();
  });

  test("the named one comes before PATH, and PATH before the cache", async () => {
    await using machine = await makeMachine();
    const cached = await machine.place("cache/dockfra/nats-server-2.15.1", "2.15.1");
    expect(await findNatsServer({ env: machine.env })).toEqual({ path: cached, version: "2.15.1" });
    const onPath = await machine.place("bin", "2.14.1");
    expect(await findNatsServer({ env: machine.env })).toEqual({ path: onPath, version: "2.14.1" });
    const named = await machine.place("opt", "2.14.2");
    const env = { ...machine.env, DOCKFRA_NATS_SERVER: named };
    expect(await findNatsServer({ env })).toEqual({ path: named, version: "2.14.2" });
  });

  test("the newest of the cache wins, by number", async () => {
    await using machine = await makeMachine();
    await machine.place("cache/dockfra/nats-server-2.14.9", "2.14.9");
    const newest = await machine.place("cache/dockfra/nats-server-2.14.10", "2.14.10");
    expect(await findNatsServer({ env: machine.env })).toEqual({ path: newest, version: "2.14.10" });
  });

  test("passes over one that is too old, and says so", async () => {
    await using machine = await makeMachine();
    const path = await machine.place("bin", "2.9.10");
    const old: unknown[] = [];
    expect(
      await findNatsServer({ env: machine.env, onTooOld: (server) => old.push(server) }),
    ).toBeUndefined();
    expect(old).toEqual([{ path, version: "2.9.10" }]);
    const cached = await machine.place("cache/dockfra/nats-server-2.14.5", "2.14.5");
    expect(await findNatsServer({ env: machine.env })).toEqual({ path: cached, version: "2.14.5" });
  });

  test("a named one that is old or missing is an error, not passed over", async () => {
    await using machine = await makeMachine();
    await machine.place("bin", "2.15.1");
    const old = await machine.place("opt", "2.13.0");
    await expect(findNatsServer({ env: { ...machine.env, DOCKFRA_NATS_SERVER: old } })).rejects.toMatchObject(
      {
        kind: "unavailable",
        code: "nats_server_too_old",
        params: { path: old, version: "2.13.0", minimum: "2.14.0" },
      },
    );
    const missing = { ...machine.env, DOCKFRA_NATS_SERVER: "/nowhere/nats-server" };
    await expect(findNatsServer({ env: missing })).rejects.toMatchObject({
      code: "nats_server_unusable",
      params: { path: "/nowhere/nats-server" },
    });
  });

  test("a relative directory on PATH is not trusted", async () => {
    await using machine = await makeMachine();
    expect(await findNatsServer({ env: { ...machine.env, PATH: "bin:." } })).toBeUndefined();
  });
});

describe("toCacheDir", () => {
  test.each([
    [{ XDG_CACHE_HOME: "/var/cache", HOME: "/home/a" }, "/var/cache/dockfra"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/a" }, "/home/a/.cache/dockfra"],
    [{ HOME: "/home/a" }, "/home/a/.cache/dockfra"],
  ])("%j gives %s", (env, dir) => {
    expect(toCacheDir(env)).toBe(dir);
  });
});
