import { chmod, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEnvFile, writeEnvFile } from "../../../stacks/env-file/env-file.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "env-file-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe("the file itself", () => {
  test("is made as 0600, whatever it was", async () => {
    const path = join(dir, ".env");
    await writeEnvFile(path, new Map([["A", "1"]]));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    await writeEnvFile(path, new Map([["B", "2"]]));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, "utf8")).toBe("A=1\nB=2\n");
    expect(await readdir(dir)).toEqual([".env"]);
  });

  test("takes many writers at once without losing one", async () => {
    const path = join(dir, ".env");
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => writeEnvFile(path, new Map([[`K${index}`, `${index}`]]))),
    );
    expect((await readEnvFile(path)).size).toBe(30);
  });

  test("a refused write changes nothing and does not hold up the next", async () => {
    const path = join(dir, ".env");
    await writeFile(path, "A=1\n");
    await expect(writeEnvFile(path, new Map([["B", "x\ny"]]))).rejects.toMatchObject({
      code: "env_value_refused",
    });
    expect(await readFile(path, "utf8")).toBe("A=1\n");
    await writeEnvFile(path, new Map([["A", undefined]]));
    expect(await readFile(path, "utf8")).toBe("");
  });

  test("never grows so large that it could not be read again", async () => {
    const path = join(dir, ".env");
    const values = Array.from({ length: 32 }, (_, index) => [`K${index}`, "x".repeat(32_000)] as const);
    await writeEnvFile(path, new Map(values.slice(0, 31)));
    await expect(writeEnvFile(path, new Map(values.slice(31)))).rejects.toMatchObject({
      code: "env_file_too_large",
    });
    expect((await readEnvFile(path)).size).toBe(31);
  });

  test("is not reached through a link, nor taken when it is a directory", async () => {
    await writeFile(join(dir, "target"), "A=1\n");
    await symlink(join(dir, "target"), join(dir, ".env"));
    await expect(readEnvFile(join(dir, ".env"))).rejects.toMatchObject({ code: "env_file_link" });
    await expect(writeEnvFile(join(dir, ".env"), new Map([["A", "2"]]))).rejects.toMatchObject({
      code: "env_file_link",
    });
    await expect(readEnvFile(dir)).rejects.toMatchObject({ code: "env_file_unreadable" });
  });

  test("absent, it has no values; broken, it says where", async () => {
    expect((await readEnvFile(join(dir, "none"))).size).toBe(0);
    await writeFile(join(dir, "bad"), "A=1\nB!\n");
    await expect(readEnvFile(join(dir, "bad"))).rejects.toMatchObject({
      code: "env_file_invalid",
      params: { line: 2 },
    });
    await expect(writeEnvFile(join(dir, "no/dir/.env"), new Map([["A", "1"]]))).rejects.toMatchObject({
      code: "env_file_unwritable",
    });
  });
});
