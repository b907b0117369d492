import { chmod, readFile, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { updateCheckout } from "../../../cli/host/checkout.ts";
import { makeUserProject, type UserProject } from "./user-project.ts";

interface Merged extends UserProject {
  readonly first: string;
  readonly merged: string;
  readonly run: () => ReturnType<typeof updateCheckout>;
}

/** A user's checkout at the first commit, and an exchange whose main is one further. */
async function makeMerged(): Promise<Merged> {
  const project = await makeUserProject();
  const user = project.path("user");
  await project.git(["init", "--quiet", "--initial-branch=main", user]);
  const first = await project.commit("a", "1", user);
  await project.git(["clone", "--quiet", "--bare", user, project.path("exchange/user.git")]);
  await project.git(["clone", "--quiet", project.path("exchange/user.git"), project.path("dev")]);
  const merged = await project.commit("a", "2", project.path("dev"));
  await project.git(["push", "--quiet", "origin", "main"], project.path("dev"));
  return {
    ...project,
    first,
    merged,
    run: () =>
      updateCheckout(
        { repo: "user", baseBranch: "main", commit: merged },
        { repo: { name: "user", dir: user, baseBranch: "main" }, exchangeDir: project.path("exchange") },
      ),
  };
}
const head = (project: UserProject): Promise<string> =>
  project.git(["rev-parse", "HEAD"], project.path("user"));

test("a clean checkout on the branch follows; a repeat changes nothing", async () => {
  await using project = await makeMerged();
  const { merged, run } = project;
  expect(await run()).toEqual({ fastForwarded: true });
  expect(await head(project)).toBe(merged);
  expect(await readFile(project.path("user/a"), "utf8")).toBe("2");
  expect(await run()).toEqual({ fastForwarded: true });
});

test("a dirty checkout is left alone, and the command that is given does it once it is clean", async () => {
  await using project = await makeMerged();
  const { first, merged, run } = project;
  await writeFile(project.path("user/a"), "mine");
  const answer = await run();
  expect(answer).toMatchObject({ fastForwarded: false, why: expect.stringContaining("not committed") });
  expect(await head(project)).toBe(first);
  expect(await readFile(project.path("user/a"), "utf8")).toBe("mine");
  await project.git(["checkout", "--quiet", "--", "a"], project.path("user"));
  const [file = "", ...args] = (answer.command ?? "").split(" ");
  await execa(file, args, { stdin: "ignore" });
  expect(await head(project)).toBe(merged);
});

test("another branch stays checked out, and the command moves the base branch beside it", async () => {
  await using project = await makeMerged();
  const { first, merged, run } = project;
  await project.git(["checkout", "--quiet", "-b", "mine"], project.path("user"));
  const answer = await run();
  expect(answer).toMatchObject({ fastForwarded: false, why: expect.stringContaining("on mine") });
  const [file = "", ...args] = (answer.command ?? "").split(" ");
  await execa(file, args, { stdin: "ignore" });
  expect(await head(project)).toBe(first);
  expect(await project.git(["rev-parse", "main"], project.path("user"))).toBe(merged);
});

test("commits of the user's own are never merged by us", async () => {
  await using project = await makeMerged();
  const { run } = project;
  const own = await project.commit("b", "own", project.path("user"));
  expect(await run()).toMatchObject({ fastForwarded: false, why: expect.stringContaining("fast-forward") });
  expect(await head(project)).toBe(own);
});

test("a file of the user's that the merge would overwrite is kept", async () => {
  await using project = await makeMerged();
  const { first } = project;
  const commit = await project.commit("new", "theirs", project.path("dev"));
  await project.git(["push", "--quiet", "origin", "main"], project.path("dev"));
  await writeFile(project.path("user/new"), "mine");
  const answer = await updateCheckout(
    { repo: "user", baseBranch: "main", commit },
    {
      repo: { name: "user", dir: project.path("user"), baseBranch: "main" },
      exchangeDir: project.path("exchange"),
    },
  );
  expect(answer.fastForwarded).toBe(false);
  expect(await head(project)).toBe(first);
  expect(await readFile(project.path("user/new"), "utf8")).toBe("mine");
});

test("neither hooks nor monitors of the checkout run", async () => {
  await using project = await makeMerged();
  const { run } = project;
  const trap = await project.program("trap", `touch ${project.path("sprung")}`);
  for (const hook of ["post-merge", "post-checkout", "reference-transaction", "pre-merge-commit"]) {
    const path = await project.program(`user/.git/hooks/${hook}`, `exec ${trap}`);
    await chmod(path, 0o755);
  }
  await project.git(["config", "core.fsmonitor", trap], project.path("user"));
  expect(await run()).toEqual({ fastForwarded: true });
  await expect(readFile(project.path("sprung"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a rebase under way is not disturbed", async () => {
  await using project = await makeMerged();
  const { run } = project;
  await project.write("user/.git/rebase-merge/head-name", "refs/heads/main");
  expect(await run()).toMatchObject({ fastForwarded: false, why: expect.stringContaining("rebase") });
});

test("a missing exchange is said", async () => {
  await using project = await makeMerged();
  const { run } = project;
  await execa("rm", ["-r", project.path("exchange")]);
  expect(await run()).toMatchObject({ fastForwarded: false, why: expect.stringContaining("exchange") });
});

test.skipIf(process.getuid?.() !== 0)("an exchange of the developer's own user is fetched from", async () => {
  await using project = await makeMerged();
  await execa("chown", ["-R", "61999:61999", "--", project.path("exchange/user.git")]);
  expect(await project.run()).toEqual({ fastForwarded: true });
  expect(await head(project)).toBe(project.merged);
});
