import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { initRepository } from "../../../cli/project/git-init.ts";
import { makeUserProject } from "../host/user-project.ts";

test("one commit with everything but secrets, and words for each step", async () => {
  await using project = await makeUserProject();
  await project.write("app.js", "1");
  await project.write(".env", "TOKEN=secret\n");
  await project.write(".env.example", "TOKEN=\n");
  const did = await initRepository(project.dir);
  expect(did.join(" ")).toMatch(/git repository.*\.gitignore.*Committed 3 files/);
  expect(await project.git(["ls-files"])).toBe(".env.example\n.gitignore\napp.js");
  expect(await project.git(["symbolic-ref", "--short", "HEAD"])).toBe("main");
});

test("a repository without a commit gets its first one; what it ignores stays ignored", async () => {
  await using project = await makeUserProject();
  await project.git(["init", "--quiet", "--initial-branch=trunk"]);
  await project.write(".gitignore", "*.tmp");
  await project.write("x.tmp", "");
  await initRepository(project.dir);
  expect(await project.git(["symbolic-ref", "--short", "HEAD"])).toBe("trunk");
  expect(await project.git(["ls-files"])).toBe(".gitignore");
  expect(await readFile(project.path(".gitignore"), "utf8")).toBe("*.tmp\n.env\n.env.*\n!.env.example\n");
});

test("a repository with commits, and a directory inside one, are left alone", async () => {
  await using project = await makeUserProject();
  await project.git(["init", "--quiet", "--initial-branch=main"]);
  await project.commit("sub/f", "1");
  for (const dir of [project.dir, project.path("sub")])
    await expect(initRepository(dir)).rejects.toMatchObject({
      code: "already_repository",
      params: { top: project.dir },
    });
  expect(await project.git(["status", "--porcelain"])).toBe("");
});

test("an empty directory gets an empty first commit", async () => {
  await using project = await makeUserProject();
  await initRepository(project.dir);
  expect(await project.git(["rev-list", "--count", "HEAD"])).toBe("1");
});
