import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { prepareStateDir } from "../../../cli/place/state-dir.ts";
import { makeScratch } from "../../support/scratch.ts";

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test("the directory is its owner's alone and invisible to git", async () => {
  await using scratch = await makeScratch();
  const dir = await prepareStateDir(scratch.dir);
  expect(dir).toBe(scratch.path("dockfra"));
  expect(await modeOf(dir)).toBe(0o700);
  expect(await modeOf(scratch.path("dockfra", ".env"))).toBe(0o600);
  expect(await modeOf(scratch.path("dockfra", "logs"))).toBe(0o700);
  expect(await readFile(scratch.path("dockfra", ".gitignore"), "utf8")).toBe("*\n");
});

test("the predecessor's variables are kept and made private", async () => {
  await using scratch = await makeScratch();
  const env = await scratch.write("dockfra/.env", "A=1\n");
  await chmod(env, 0o644);
  await prepareStateDir(scratch.dir);
  expect(await readFile(env, "utf8")).toBe("A=1\n");
  expect(await modeOf(env)).toBe(0o600);
});

test("a second time changes nothing, whatever is in it by then", async () => {
  await using scratch = await makeScratch();
  await prepareStateDir(scratch.dir);
  await scratch.write("dockfra/exchange/x", "kept");
  await scratch.write("dockfra/whatever", "kept");
  await prepareStateDir(scratch.dir);
  expect(await readFile(scratch.path("dockfra", "whatever"), "utf8")).toBe("kept");
});

test.each(["package.json", ".git/HEAD", "src/main.c"])(
  "somebody's directory of that name, with %s, is left alone",
  async (file) => {
    await using scratch = await makeScratch();
    await scratch.write(`dockfra/${file}`, "mine");
    await expect(prepareStateDir(scratch.dir)).rejects.toMatchObject({ code: "state_dir_taken" });
    await expect(stat(scratch.path("dockfra", ".gitignore"))).rejects.toMatchObject({ code: "ENOENT" });
  },
);

test("a wider mode is narrowed", async () => {
  await using scratch = await makeScratch();
  await mkdir(scratch.path("dockfra"), { mode: 0o755 });
  await prepareStateDir(scratch.dir);
  expect(await modeOf(scratch.path("dockfra"))).toBe(0o700);
});
