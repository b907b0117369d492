import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { principals } from "../../../bus/messages/principals.ts";
import { ensureKeys, keysDir, readKey, readKeys } from "../../../bus/server/keys.ts";

describe("the keys of the principals", () => {
  let root: string;
  let dir: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dockfra-keys-"));
    dir = keysDir(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test("are made once, one for each, for the owner's eyes only", async () => {
    const keys = await ensureKeys(dir);
    expect(Object.keys(keys).toSorted()).toEqual(principals.toSorted());
    expect(new Set(Object.values(keys).map(({ publicKey }) => publicKey)).size).toBe(principals.length);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    for (const file of await readdir(dir)) expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    expect((await readdir(dir)).toSorted()).toEqual(
      principals.map((principal) => `${principal}.nk`).toSorted(),
    );
  });

  test("are kept when they are there, and completed when one is missing", async () => {
    const first = await ensureKeys(dir);
    await rm(join(dir, "monitor.nk"));
    const second = await ensureKeys(dir);
    expect(second.monitor.seed).not.toBe(first.monitor.seed);
    expect({ ...second, monitor: undefined }).toEqual({ ...first, monitor: undefined });
  });

  test("are the same for two that start at once", async () => {
    const [one, two] = await Promise.all([ensureKeys(dir), ensureKeys(dir)]);
    expect(one).toEqual(two);
  });

  test("are refused when others can read them, when they are none, and when they are missing", async () => {
    await ensureKeys(dir);
    await chmod(join(dir, "host.nk"), 0o644);
    await expect(readKey(dir, "host")).rejects.toMatchObject({ code: "seed_exposed" });
    await writeFile(join(dir, "manager.nk"), "not a seed\n");
    await expect(readKey(dir, "manager")).rejects.toMatchObject({ code: "invalid_seed" });
    await rm(join(dir, "operator.nk"));
    await expect(readKeys(dir)).rejects.toMatchObject({ kind: expect.any(String) });
    await expect(readKey(dir, "operator")).rejects.toMatchObject({ code: "seed_missing" });
    // an unreadable key is never replaced: whoever has it would be locked out
    await expect(ensureKeys(dir)).rejects.toMatchObject({
      code: expect.stringMatching(/seed_exposed|invalid_seed/),
    });
    expect(await readFile(join(dir, "manager.nk"), "utf8")).toBe("not a seed\n");
  });
});
