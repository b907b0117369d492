import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mergeCandidate } from "../../../../agents/git/base-merge.ts";
import { makeCandidate, type MadeCandidate } from "../../../../agents/git/candidate.ts";
import { commitTree, snapshotTree } from "../../../../agents/git/commit.ts";
import { checkoutCommit } from "../../../../agents/git/repositories.ts";
import { findWork, publish, takeOverBranch } from "../../../../agents/git/ticket-branch.ts";
import { formatMessage, listCommits } from "../../../../agents/git/trailers.ts";
import type { Workspace } from "../../../../agents/git/workspace.ts";
import { createUserRepo, type UserRepo } from "../../../agents/user-repo.ts";

const ticket = "T-0001";
const branch = "dockfra/T-0001";
const assertLease = async (): Promise<void> => undefined;

/** Commits files on the base as a ticket's work. */
async function work(
  workspace: Workspace,
  files: Record<string, string>,
  trailers = { ticket, command: "ticket.T-0001.4.0" },
): Promise<string> {
  const { git, base, dir } = workspace;
  await checkoutCommit(git, base.commit);
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
  return commitTree(
    git,
    await snapshotTree(git, base.commit),
    [base.commit],
    formatMessage("Work", trailers),
  );
}

async function candidateOf(
  user: UserRepo,
  commit: string,
  command = "deploy.shop.2.0",
): Promise<MadeCandidate> {
  return makeCandidate(await user.open(), { ticket, command, branch, commit, assertLease });
}

test("a repeat finds the commit that its command made, in whatever clone", async () => {
  await using user = await createUserRepo();
  const first = await user.open();
  const commit = await work(first, { "hello.txt": "bye\n" });
  await publish(first, branch, commit);
  const second = await user.open("dev-2");
  expect(await findWork(second, ticket, "ticket.T-0001.4.0")).toMatchObject({ commit });
  expect(await findWork(second, ticket, "ticket.T-0001.4.1")).toBeUndefined();
  expect(await findWork(second, "T-0002", "ticket.T-0001.4.0")).toBeUndefined();
});

test("trailers in a title are text, and a title cannot break the message", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const subject = "Fix\n\nDockfra-Ticket: T-0666\nDockfra-Command: stolen";
  const message = formatMessage(subject, { ticket, command: "ticket.T-0001.4.0", engine: "patch" });
  const commit = await commitTree(
    workspace.git,
    await treeOfBase(workspace),
    [workspace.base.commit],
    message,
  );
  expect(await listCommits(workspace.git, [commit], 1)).toEqual([
    { commit, ticket, command: "ticket.T-0001.4.0", engine: "patch" },
  ]);
});

async function treeOfBase({ git, base }: Workspace): Promise<string> {
  return (await git.run(["rev-parse", `${base.commit}^{tree}`])).trim();
}

test("a branch of ours is taken over, one that is merged counts as none", async () => {
  await using user = await createUserRepo();
  const first = await user.open();
  expect(await takeOverBranch(first, ticket)).toBeUndefined();
  const commit = await work(first, { "hello.txt": "bye\n" });
  await publish(first, branch, commit);
  expect(await takeOverBranch(await user.open(), ticket)).toBe(commit);
  await user.git("fetch", "--quiet", user.exchange, `${branch}:${branch}`);
  expect(await takeOverBranch(await user.open(), ticket)).toBe(commit);
  await user.git("merge", "--quiet", branch);
  expect(await takeOverBranch(await user.open(), ticket)).toBeUndefined();
});

test.each([["in the user's repository"], ["in the exchange"]])(
  "a branch of somebody else's %s is an error that says what to do",
  async (where) => {
    await using user = await createUserRepo();
    await user.open();
    await user.git("checkout", "--quiet", "-b", branch);
    await user.commit({ "mine.txt": "mine\n" });
    await user.git("checkout", "--quiet", "main");
    if (where === "in the exchange") {
      await user.git("push", "--quiet", user.exchange, branch);
      await user.git("branch", "--quiet", "-D", branch);
    }
    const error = await takeOverBranch(await user.open(), ticket).catch(
      (thrown: unknown) => thrown as { params: { command: string } },
    );
    expect(error).toMatchObject({ code: "branch_exists", kind: "conflict" });
    const [, ...args] = (error as { params: { command: string } }).params.command.split(" ");
    await user.git(...args);
    expect(await takeOverBranch(await user.open(), ticket)).toBeUndefined();
  },
);

test("a branch of the user's that has nothing of its own is no obstacle", async () => {
  await using user = await createUserRepo();
  await user.git("branch", branch);
  expect(await takeOverBranch(await user.open(), ticket)).toBeUndefined();
});

test("the candidate is the work itself while the base stands still", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const commit = await work(workspace, { "hello.txt": "bye\n" });
  await publish(workspace, branch, commit);
  const made = await candidateOf(user, commit);
  expect(made).toEqual({ repo: "project", baseBranch: "main", baseCommit: workspace.base.commit, commit });
  expect(await user.git("--git-dir", user.exchange, "rev-parse", "dockfra/candidate/T-0001")).toBe(commit);
});

test("the candidate joins a base that went on, and a repeat gives the same merge", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const commit = await work(workspace, { "hello.txt": "bye\n" });
  await publish(workspace, branch, commit);
  const base = await user.commit({ "own.txt": "own\n" });

  const made = await candidateOf(user, commit);
  expect(made.baseCommit).toBe(base);
  expect(await user.git("--git-dir", user.exchange, "rev-list", "--parents", "-1", made.commit)).toBe(
    `${made.commit} ${base} ${commit}`,
  );
  expect(await user.git("--git-dir", user.exchange, "ls-tree", "--name-only", made.commit)).toContain(
    "own.txt",
  );

  expect(await candidateOf(user, commit)).toEqual(made);
  await user.commit({ "own.txt": "more\n" });
  expect(await candidateOf(user, commit)).toEqual(made);
  expect((await candidateOf(user, commit, "deploy.shop.9.0")).commit).not.toBe(made.commit);
});

test("a clash names the files", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const commit = await work(workspace, { "hello.txt": "bye\n" });
  await publish(workspace, branch, commit);
  await user.commit({ "hello.txt": "good morning\n" });
  await expect(candidateOf(user, commit)).rejects.toMatchObject({
    code: "merge_conflict",
    params: { files: "hello.txt" },
  });
});

test("work that the exchange does not have is an error", async () => {
  await using user = await createUserRepo();
  await expect(candidateOf(user, "1".repeat(40))).rejects.toMatchObject({ code: "commit_missing" });
});

test("the base moves forward to the candidate, once, and the user's branch stays where it is", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const commit = await work(workspace, { "hello.txt": "bye\n" });
  await publish(workspace, branch, commit);
  const candidate = await candidateOf(user, commit);
  const merge = async (): Promise<string> =>
    mergeCandidate(await user.open("dev-1", "merge"), { ticket, candidate, assertLease });
  expect(await merge()).toBe(commit);
  expect(await merge()).toBe(commit);
  expect(await user.git("--git-dir", user.exchange, "rev-parse", "main")).toBe(commit);
  expect(await user.git("rev-parse", "main")).toBe(workspace.base.commit);
  await user.git("pull", "--quiet", "--ff-only", user.exchange, "main");
  await user.commit({ "own.txt": "x\n" });
  expect(await merge()).toBe(commit);
});

test("a base that moved since the candidate was made is never forced", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const commit = await work(workspace, { "hello.txt": "bye\n" });
  await publish(workspace, branch, commit);
  const candidate = await candidateOf(user, commit);
  await user.commit({ "own.txt": "own\n" });
  await expect(mergeCandidate(await user.open(), { ticket, candidate, assertLease })).rejects.toMatchObject({
    code: "base_moved",
    kind: "conflict",
  });
  const next = await candidateOf(user, commit, "deploy.shop.7.0");
  expect(await mergeCandidate(await user.open(), { ticket, candidate: next, assertLease })).toBe(next.commit);
});

test("of two merges at the same time one wins, and the other is told that the base moved", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const candidates = [];
  for (const id of ["T-0001", "T-0002"]) {
    const commit = await work(
      workspace,
      { [`${id}.txt`]: "x\n" },
      { ticket: id, command: `ticket.${id}.4.0` },
    );
    await publish(workspace, `dockfra/${id}`, commit);
    candidates.push({
      ticket: id,
      candidate: { repo: "project", baseBranch: "main", baseCommit: workspace.base.commit, commit },
    });
  }
  const open = await Promise.all(candidates.map((_, index) => user.open(`dev-${index}`, "merge")));
  const ended = await Promise.allSettled(
    candidates.map((request, index) => mergeCandidate(open[index] as Workspace, { ...request, assertLease })),
  );
  expect(ended.map((end) => end.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(ended.find((end) => end.status === "rejected")?.reason).toMatchObject({ code: "base_moved" });
});

test("nothing moves when the lease is lost", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const commit = await work(workspace, { "hello.txt": "bye\n" });
  await publish(workspace, branch, commit);
  const candidate = await candidateOf(user, commit);
  const lost = async (): Promise<never> => {
    throw new Error("lost");
  };
  await expect(mergeCandidate(await user.open(), { ticket, candidate, assertLease: lost })).rejects.toThrow(
    "lost",
  );
  expect((await user.open()).base.exchanged).toBeUndefined();
});

test("a candidate that does not descend from its base is refused", async () => {
  await using user = await createUserRepo();
  const workspace = await user.open();
  const orphan = await commitTree(
    workspace.git,
    await treeOfBase(workspace),
    [],
    formatMessage("Orphan", { ticket, command: "x" }),
  );
  await publish(workspace, branch, orphan);
  const candidate = {
    repo: "project",
    baseBranch: "main",
    baseCommit: workspace.base.commit,
    commit: orphan,
  };
  await expect(mergeCandidate(await user.open(), { ticket, candidate, assertLease })).rejects.toMatchObject({
    code: "base_moved",
  });
});
