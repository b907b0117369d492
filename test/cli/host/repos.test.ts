import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { findRepos, toName } from "../../../cli/host/repos.ts";
import { makeUserProject } from "./user-project.ts";

test("the root's repository with its checked-out branch", async () => {
  await using project = await makeUserProject();
  await project.git(["init", "--quiet", "--initial-branch=trunk"]);
  await project.commit("a", "1");
  const { repos, problems } = await findRepos(project.dir);
  expect(repos).toEqual([
    { name: toName(project.dir.split("/").at(-1) ?? ""), dir: project.dir, baseBranch: "trunk" },
  ]);
  expect(problems).toEqual([]);
});

test("repositories down to three directories below, but not in what is no project of the user's", async () => {
  await using project = await makeUserProject();
  for (const dir of ["api", "libs/a/b", "a/b/c/d", "node_modules/x", ".cache/y", "dockfra/exchange"]) {
    await mkdir(project.path(dir), { recursive: true });
    await project.git(["init", "--quiet", "--initial-branch=main"], project.path(dir));
    await project.commit("f", "1", project.path(dir));
  }
  const { repos } = await findRepos(project.dir);
  expect(repos.map(({ name, dir }) => [name, dir.slice(project.dir.length + 1)])).toEqual([
    ["api", "api"],
    ["b", "libs/a/b"],
  ]);
});

test("two of the same name are told apart", async () => {
  await using project = await makeUserProject();
  for (const dir of ["one/web", "two/web"]) {
    await mkdir(project.path(dir), { recursive: true });
    await project.git(["init", "--quiet", "--initial-branch=main"], project.path(dir));
    await project.commit("f", "1", project.path(dir));
  }
  expect((await findRepos(project.dir)).repos.map(({ name }) => name)).toEqual(["web", "two-web"]);
});

test("a detached head, or a ticket's own branch, gives the default branch", async () => {
  await using project = await makeUserProject();
  await project.git(["init", "--quiet", "--initial-branch=main"]);
  await project.commit("a", "1");
  await project.git(["checkout", "--quiet", "--detach"]);
  expect((await findRepos(project.dir)).repos[0]?.baseBranch).toBe("main");
  await project.git(["checkout", "--quiet", "-b", "dockfra/T-0001"]);
  expect((await findRepos(project.dir)).repos[0]?.baseBranch).toBe("main");
});

test("no repository, one without a commit, and one that begins above each say the next step", async () => {
  await using project = await makeUserProject();
  expect((await findRepos(project.dir)).problems).toMatchObject([
    { file: ".", message: expect.stringContaining("dockfra git-init") },
  ]);
  await project.git(["init", "--quiet", "--initial-branch=main"]);
  expect((await findRepos(project.dir)).problems).toMatchObject([
    { message: expect.stringContaining("no commit") },
  ]);
  await project.commit("sub/f", "1");
  expect((await findRepos(project.path("sub"))).problems).toMatchObject([
    { message: expect.stringContaining(`--root ${project.dir}`) },
  ]);
});

test.each([
  ["My Shop!", "my-shop-"],
  ["Über.App", "u-ber-app"],
  ["__x", "x"],
  ["日本", "project"],
  ["a".repeat(80), "a".repeat(63)],
])("%j is named %s", (dir, name) => expect(toName(dir)).toBe(name));
