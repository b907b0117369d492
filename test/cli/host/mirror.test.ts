import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGit } from "../../../agents/git/git.ts";
import { mirrorDir } from "../../../agents/git/repositories.ts";
import { createMirror } from "../../../cli/host/mirror.ts";
import { makeScratch } from "../../support/scratch.ts";
import { makeUserProject } from "./user-project.ts";

async function open() {
  const project = await makeUserProject();
  const state = await makeScratch();
  await project.git(["init", "--quiet", "--initial-branch=main"]);
  await project.commit("f", "1");
  const repo = { name: "shop", dir: project.dir, baseBranch: "main" };
  const dir = mirrorDir(state.dir, "shop");
  const branches = async (): Promise<string[]> =>
    (await createGit(dir).run(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"]))
      .split("\n")
      .filter((line) => line !== "");
  return {
    project,
    repo,
    dir,
    branches,
    mirror: createMirror(state.dir),
    commitOf: async (branch: string) =>
      (await createGit(dir).run(["rev-parse", `refs/heads/${branch}`])).trim(),
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

test("it has the base branch and the roles' own, and nothing else of the user's", async () => {
  await using place = await open();
  await place.project.git(["branch", "secret"]);
  await place.project.git(["branch", "dockfra/T-0001"]);
  expect(await place.mirror.refresh([place.repo])).toEqual({
    repos: [{ ...place.repo, fetchFrom: place.dir }],
    problems: [],
  });
  expect(await place.branches()).toEqual(["dockfra/T-0001", "main"]);
});

test("it follows what moves, and forgets what goes", async () => {
  await using place = await open();
  const { project, mirror, repo } = place;
  await project.git(["branch", "dockfra/T-0001"]);
  await mirror.refresh([repo]);
  await project.commit("f", "2");
  await project.git(["branch", "-D", "dockfra/T-0001"]);
  await mirror.refresh([repo]);
  expect(await place.branches()).toEqual(["main"]);
  expect(await place.commitOf("main")).toBe((await project.git(["rev-parse", "main"])).trim());
  // rewritten history counts too: it is the user's
  await project.git(["reset", "--quiet", "--hard", "HEAD~1"]);
  await mirror.refresh([repo]);
  expect(await place.commitOf("main")).toBe((await project.git(["rev-parse", "main"])).trim());
});

test("an earlier base branch stays, for the tickets that began on it", async () => {
  await using place = await open();
  await place.mirror.refresh([place.repo]);
  await place.project.git(["switch", "--quiet", "--create", "next"]);
  await place.mirror.refresh([{ ...place.repo, baseBranch: "next" }]);
  expect(await place.branches()).toEqual(["main", "next"]);
});

test("where nothing has moved nothing is written, and whoever asks meanwhile gets the same", async () => {
  await using place = await open();
  await Promise.all(Array.from({ length: 5 }, () => place.mirror.refresh([place.repo])));
  const config = join(place.dir, "config");
  const { ino, mode } = await stat(config);
  expect(mode & 0o777).toBe(0o644);
  await place.mirror.refresh([place.repo]);
  expect((await stat(config)).ino).toBe(ino);
});

test("a repository that cannot be read is a problem, and the others are copied", async () => {
  await using place = await open();
  const broken = { name: "gone", dir: "/nowhere/at/all", baseBranch: "main" };
  const { problems } = await place.mirror.refresh([broken, place.repo]);
  expect(problems).toMatchObject([{ file: "/nowhere/at/all" }]);
  expect(await place.branches()).toEqual(["main"]);
});
