import { access, chmod, readFile, symlink, writeFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { commitTree, snapshotTree, treeOf } from "../../../../agents/git/commit.ts";
import { checkoutCommit } from "../../../../agents/git/repositories.ts";
import { publish } from "../../../../agents/git/ticket-branch.ts";
import { createUserRepo, type UserRepo } from "../../../agents/user-repo.ts";

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Commits files on top of the base in the clone and puts that onto a branch of the exchange. */
async function publishFiles(user: UserRepo, branch: string, files: Record<string, string>): Promise<string> {
  const workspace = await user.open();
  const { git, base, dir } = workspace;
  await checkoutCommit(git, base.commit);
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
  const commit = await commitTree(git, await snapshotTree(git, base.commit), [base.commit], "Work\n");
  await publish(workspace, branch, commit);
  return commit;
}

test("the base is the tip of the user's branch, whatever is checked out and however dirty that is", async () => {
  await using user = await createUserRepo();
  const tip = await user.git("rev-parse", "main");
  await user.git("checkout", "--quiet", "-b", "elsewhere");
  await user.commit({ "other.txt": "x\n" });
  await user.write({ "hello.txt": "half done\n", "new.txt": "untracked\n" });
  const before = await user.git("status", "--porcelain=v2", "--branch");

  const { base } = await user.open();

  expect(base).toEqual({ branch: "main", commit: tip, exchanged: undefined });
  expect(await user.git("status", "--porcelain=v2", "--branch")).toBe(before);
  expect(await readFile(join(user.dir, "hello.txt"), "utf8")).toBe("half done\n");
  expect(await user.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/elsewhere\nrefs/heads/main");
});

test("the base is the exchange's branch where that has more, and the user's where that has more", async () => {
  await using user = await createUserRepo();
  const merged = await publishFiles(user, "main", { "hello.txt": "merged\n" });
  expect((await user.open()).base).toEqual({ branch: "main", commit: merged, exchanged: merged });

  await user.git("pull", "--quiet", user.exchange, "main");
  const own = await user.commit({ "own.txt": "own\n" });
  expect((await user.open()).base).toEqual({ branch: "main", commit: own, exchanged: merged });
});

test("branches that have both gone on are an error with the command that mends it", async () => {
  await using user = await createUserRepo();
  await publishFiles(user, "main", { "new.txt": "merged\n" });
  await user.commit({ "own.txt": "own\n" });

  const failure = await user.open().then(
    () => undefined,
    (error: unknown) => error as { code: string; params: { command: string } },
  );
  expect(failure).toMatchObject({ code: "base_diverged" });

  const [, ...args] = failure?.params.command.split(" ") ?? [];
  await user.git("-c", "core.editor=true", ...args, "--no-edit");
  expect((await user.open()).base.commit).toBe(await user.git("rev-parse", "main"));
});

test("a repository without a commit on the base branch says what to do", async () => {
  await using user = await createUserRepo();
  await rm(join(user.dir, ".git"), { recursive: true });
  await user.git("init", "--quiet", "--initial-branch", "main");
  await expect(user.open()).rejects.toMatchObject({ code: "base_branch_missing", kind: "not_found" });
  await rm(join(user.dir, ".git"), { recursive: true });
  await expect(user.open()).rejects.toMatchObject({ code: "base_branch_missing" });
});

test("a shallow clone of the user's is taken as it is", async () => {
  await using user = await createUserRepo();
  await user.commit({ "second.txt": "2\n" });
  await user.git("clone", "--quiet", "--depth", "1", `file://${user.dir}`, join(user.top, "shallow"));
  user.repo.dir = join(user.top, "shallow");
  const commit = await publishFiles(user, "dockfra/T-0001", { "hello.txt": "bye\n" });
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
});

test("nothing that is planted in the clone or the exchange ever runs", async () => {
  await using user = await createUserRepo({
    "hello.txt": "hello\n",
    ".gitattributes": "* filter=evil diff=evil merge=evil\n",
  });
  const witness = join(user.top, "ran");
  const script = join(user.top, "evil.sh");
  await writeFile(script, `#!/bin/sh\necho "$0" >> ${witness}\ncat\n`);
  await chmod(script, 0o755);
  await publishFiles(user, "dockfra/T-0001", { "hello.txt": "one\n" });

  const clone = (await user.open()).git.gitDir;
  const config = [
    `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${user.top}/hooks\n\tsshCommand = ${script}\n\tpager = ${script}`,
    `[filter "evil"]\n\tclean = ${script}\n\tsmudge = ${script}\n\tprocess = ${script}\n\trequired = true`,
    `[diff "evil"]\n\tcommand = ${script}\n\ttextconv = ${script}`,
    `[merge "evil"]\n\tdriver = ${script}`,
    `[uploadpack]\n\tpackObjectsHook = ${script}`,
  ].join("\n");
  for (const gitDir of [clone, user.exchange]) {
    await writeFile(join(gitDir, "config"), config, { flag: "a" });
    await mkdir(join(gitDir, "info"), { recursive: true });
    await writeFile(join(gitDir, "info/attributes"), "* filter=evil\n");
    for (const dir of [join(gitDir, "hooks"), join(user.top, "hooks")]) {
      await mkdir(dir, { recursive: true });
      for (const hook of [
        "pre-receive",
        "post-receive",
        "update",
        "reference-transaction",
        "post-checkout",
        "post-index-change",
        "pre-auto-gc",
        "post-merge",
      ])
        await symlink(script, join(dir, hook)).catch(() => undefined);
    }
  }

  await publishFiles(user, "dockfra/T-0002", { "hello.txt": "two\n" });
  const { git, base } = await user.open("dev-1");
  await git.run(["status"]);
  await git.run(["diff", base.commit, "refs/dockfra/exchange/dockfra/T-0002", "--"]);
  expect(await isThere(witness)).toBe(false);
  expect(await isThere(join(user.exchange, "hooks"))).toBe(false);

  // the trap works: git without our care falls into it
  await writeFile(join(clone, "config"), config, { flag: "a" });
  await execa("git", ["status"], { cwd: join(clone, ".."), reject: false, input: "" });
  expect(await isThere(witness)).toBe(true);
});

test("the user's own fsmonitor and hooks do not run when their repository is read", async () => {
  await using user = await createUserRepo();
  const witness = join(user.top, "ran");
  const script = join(user.top, "evil.sh");
  await writeFile(script, `#!/bin/sh\ntouch ${witness}\n`);
  await chmod(script, 0o755);
  await user.git("config", "core.fsmonitor", script);
  await user.git("config", "uploadpack.packObjectsHook", script);
  await user.open();
  expect(await isThere(witness)).toBe(false);
});

test("a clone whose git directory was replaced or led elsewhere is made anew", async () => {
  await using user = await createUserRepo();
  const { dir } = await user.open();
  const outside = join(user.top, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "config"), "precious\n");
  await rm(join(dir, ".git"), { recursive: true });
  await symlink(outside, join(dir, ".git"));
  await user.open();
  await rm(join(dir, ".git/config"));
  await symlink(join(outside, "config"), join(dir, ".git/config"));
  const { base } = await user.open();
  expect(base.commit).toBe(await user.git("rev-parse", "main"));
  expect(await readFile(join(outside, "config"), "utf8")).toBe("precious\n");
});

test("locks that a killed git left behind do not stop the next one", async () => {
  await using user = await createUserRepo();
  const { git } = await user.open();
  await writeFile(join(git.gitDir, "index.lock"), "");
  await writeFile(join(git.gitDir, "HEAD.lock"), "");
  await expect(publishFiles(user, "dockfra/T-0001", { "hello.txt": "x\n" })).resolves.toMatch(
    /^[0-9a-f]{40}$/,
  );
});

test("checking out leaves nothing of what was there before", async () => {
  await using user = await createUserRepo();
  const { git, base, dir } = await user.open();
  await checkoutCommit(git, base.commit);
  await writeFile(join(dir, "left.ignored"), "x");
  await writeFile(join(dir, "hello.txt"), "changed");
  await mkdir(join(dir, "sub"));
  await writeFile(join(dir, "sub/file"), "x");
  await checkoutCommit(git, base.commit);
  expect(await isThere(join(dir, "left.ignored"))).toBe(false);
  expect(await isThere(join(dir, "sub"))).toBe(false);
  expect(await readFile(join(dir, "hello.txt"), "utf8")).toBe("hello\n");
  expect(await git.run(["status", "--porcelain"])).toBe("");
});

test("two instances that make the exchange at the same time both find it", async () => {
  await using user = await createUserRepo();
  const opened = await Promise.all(["dev-1", "dev-2", "dev-3"].map((instance) => user.open(instance)));
  expect(new Set(opened.map((workspace) => workspace.exchange.gitDir)).size).toBe(1);
});

test("of two instances that move the same branch, one is told that it moved", async () => {
  await using user = await createUserRepo();
  const [first, second] = [await user.open("dev-1"), await user.open("dev-2")];
  const make = async ({ git, base }: typeof first, subject: string): Promise<string> =>
    commitTree(git, await treeOf(git, base.commit), [base.commit], subject);
  await publish(first, "dockfra/T-0001", await make(first, "one\n"));
  await expect(publish(second, "dockfra/T-0001", await make(second, "two\n"))).rejects.toMatchObject({
    code: "ref_moved",
    kind: "conflict",
  });
});
