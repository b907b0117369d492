import { access, readFile, readdir, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportTree, readFileAt } from "../../../../agents/git/export.ts";
import { createUserRepo } from "../../../agents/user-repo.ts";

test("a commit's plain files are laid out once, with their modes and links", async () => {
  await using user = await createUserRepo({
    "run.sh": "#!/bin/sh\n",
    "sub/a.txt": "a\n",
    ".gitattributes": "secret.txt export-ignore\n*.txt ident\n",
    "secret.txt": "$Id$\n",
  });
  await user.git("update-index", "--chmod=+x", "run.sh");
  await symlink("sub/a.txt", join(user.dir, "link"));
  await user.git("add", "link");
  await user.git("commit", "--quiet", "--message", "Modes");
  const commit = await user.git("rev-parse", "HEAD");
  const options = {
    exchange: user.dir,
    mirror: join(user.top, "mirror.git"),
    commit,
    dir: join(user.top, "releases/shop", commit.slice(0, 12)),
  };

  await Promise.all([exportTree(options), exportTree(options)]);

  expect((await readdir(options.dir)).toSorted()).toEqual([
    ".gitattributes",
    ".gitignore",
    "link",
    "run.sh",
    "secret.txt",
    "sub",
  ]);
  expect((await stat(join(options.dir, "run.sh"))).mode & 0o111).not.toBe(0);
  expect(await readlink(join(options.dir, "link"))).toBe("sub/a.txt");
  await writeFile(join(options.dir, "data.db"), "kept");
  await exportTree(options);
  expect(await readFile(join(options.dir, "data.db"), "utf8")).toBe("kept");
  expect(await readdir(join(user.top, "releases/shop"))).toEqual([commit.slice(0, 12)]);
});

test("a commit that is not there is an error and leaves nothing behind", async () => {
  await using user = await createUserRepo();
  const dir = join(user.top, "releases/x");
  const options = { exchange: user.dir, mirror: join(user.top, "mirror.git"), commit: "1".repeat(40), dir };
  await expect(exportTree(options)).rejects.toMatchObject({ code: "git_failed" });
  await expect(access(dir)).rejects.toThrow("ENOENT");
});

test("the configuration of the repository that is read runs nothing in the reader", async () => {
  await using user = await createUserRepo({ "a.txt": "a\n", ".gitattributes": "* filter=evil\n" });
  const witness = join(user.top, "ran");
  const commit = await user.git("rev-parse", "HEAD");
  const trap = `sh -c 'touch ${witness}; cat'`;
  await user.git("config", "filter.evil.smudge", trap);
  await user.git("config", "uploadpack.packObjectsHook", trap);
  await user.git("config", "core.fsmonitor", trap);
  await exportTree({
    exchange: user.dir,
    mirror: join(user.top, "mirror.git"),
    commit,
    dir: join(user.top, "out"),
  });
  await expect(access(witness)).rejects.toThrow("ENOENT");
});

test("one file of a commit is read without laying it out", async () => {
  await using user = await createUserRepo({ "dockfra.yaml": "lang: en\n", "sub/x": "x\n" });
  const commit = await user.git("rev-parse", "HEAD");
  const options = { exchange: user.dir, mirror: join(user.top, "mirror.git"), commit };
  expect(await readFileAt({ ...options, path: "dockfra.yaml" })).toBe("lang: en\n");
  expect(await readFileAt({ ...options, path: "missing.yaml" })).toBeUndefined();
  expect(await readFileAt({ ...options, path: "sub" })).toBeUndefined();
});
