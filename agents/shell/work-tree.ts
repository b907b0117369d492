import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conflict, invalidInput, notFound, unavailable } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import type { PersonPlace } from "./command.ts";
import type { Handed } from "./messages.ts";

type Environment = PersonPlace["env"];

/** Where a person's files for a ticket are. */
export function workTreeOf(home: string, ticket: string): string {
  return join(home, "work", ticket);
}

/** The ticket whose work tree a directory is in. */
export function ticketOfPath(home: string, cwd: string): string | undefined {
  const below = cwd.startsWith(`${join(home, "work")}/`) ? cwd.slice(join(home, "work").length + 1) : "";
  return /^(T-\d{4,9})(?:\/|$)/.exec(below)?.[1];
}

export interface Git {
  run(args: readonly string[]): Promise<string>;
  /** Gives the exit code too. */
  attempt(args: readonly string[]): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
}

const longestMs = 600_000;

/** The person's own git in their own directory, with their own configuration. */
function personsGit(dir: string, env: Environment, signal?: AbortSignal): Git {
  const plain = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const attempt: Git["attempt"] = async (args) => {
    const run = await runProgram(["git", ...args], {
      cwd: dir,
      env: { ...plain, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" },
      timeoutMs: longestMs,
      maxOutputBytes: 64_000_000,
      ...(signal ? { signal } : {}),
    });
    if (run.notStarted !== undefined)
      throw notFound("shell_tool_missing", '"git" is not installed here.', { params: { tool: "git" } });
    return run;
  };
  return {
    attempt,
    run: async (args) => {
      const { exitCode, stdout, stderr } = await attempt(args);
      if (exitCode === 0) return stdout;
      const why = (stderr.trim() || stdout.trim()).split("\n").slice(0, 8).join("; ");
      throw unavailable("git_failed", `git ${args[0] ?? ""} failed in ${dir}: ${why}`, {
        retryable: false,
        params: { command: args[0] ?? "", dir, why },
      });
    },
  };
}

export interface OpenOptions {
  readonly dir: string;
  readonly handed: Handed;
  readonly bundle: Buffer;
  readonly env: Environment;
  readonly signal?: AbortSignal;
}

/**
 * Puts the ticket's branch into the person's clone. Where they have work there already, it stays, and the branch as it is
 * now is `dockfra/now`, for them to merge. @throws conflict `work_tree_taken` where the directory is something else
 */
export async function openWorkTree({
  dir,
  handed,
  bundle,
  env,
  signal,
}: OpenOptions): Promise<{ kept: boolean }> {
  const { branch, commit, ticket } = handed;
  const there = await stat(join(dir, ".git")).catch(() => undefined);
  if (!there && (await stat(dir).catch(() => undefined)))
    throw conflict("work_tree_taken", `${dir} is there already and no clone. Move it away, then try again.`, {
      params: { dir },
    });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const git = personsGit(dir, env, signal);
  if (!there) await git.run(["init", "--quiet", "--initial-branch", branch]);
  await fetchBundle(git, dir, bundle, branch);
  await configure(git, ticket, env["USER"] || "developer");
  const head = await git.attempt(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (head.exitCode !== 0) {
    await git.run(["checkout", "--quiet", "-B", branch, commit]);
    return { kept: false };
  }
  const behind = await git.attempt(["merge-base", "--is-ancestor", "HEAD", commit]);
  const clean = (await git.run(["status", "--porcelain"])) === "";
  if (behind.exitCode === 0 && clean) {
    await git.run(["checkout", "--quiet", "-B", branch, commit]);
    return { kept: false };
  }
  return { kept: true };
}

/** Takes a bundle's branch into the clone as `dockfra/now`; what is checked out stays. */
async function fetchBundle(git: Git, dir: string, bundle: Buffer, branch: string): Promise<void> {
  const file = join(dir, ".git", `dockfra-${newId()}.bundle`);
  await writeFile(file, bundle, { mode: 0o600 });
  try {
    await git.run(["fetch", "--quiet", "--no-tags", file, `+refs/heads/${branch}:refs/heads/dockfra/now`]);
  } finally {
    await rm(file, { force: true });
  }
}

/** A name for commits, where the person has set none. */
async function configure(git: Git, ticket: string, name: string): Promise<void> {
  for (const [key, value] of [
    ["user.name", name],
    ["user.email", "developer@dockfra.invalid"],
  ] as const)
    if ((await git.attempt(["config", "--get", key])).exitCode !== 0) await git.run(["config", key, value]);
  await git.run(["config", "dockfra.ticket", ticket]);
}

export interface Packed {
  readonly commit: string;
  readonly bundle: Buffer;
}

/** Commits what is changed and packs the person's own commits. @throws `nothing_to_push`, `work_tree_missing` */
export async function packWork(
  dir: string,
  {
    branch,
    message,
    env,
    signal,
  }: { branch: string; message: string; env: Environment; signal?: AbortSignal },
): Promise<Packed> {
  const git = await requireWorkTree(dir, env, signal);
  const on = (await git.attempt(["symbolic-ref", "--quiet", "--short", "HEAD"])).stdout.trim();
  if (on !== branch)
    throw conflict("work_tree_elsewhere", `${dir} is on "${on || "no branch"}". Run: git switch ${branch}`, {
      params: { dir, on: on || "no branch", branch },
    });
  await git.run(["add", "--all"]);
  if ((await git.run(["status", "--porcelain"])) !== "") await git.run(["commit", "--quiet", "-m", message]);
  const commit = (await git.run(["rev-parse", "HEAD"])).trim();
  const ahead = (await git.run(["rev-list", "--count", "HEAD", "^refs/heads/dockfra/now"])).trim();
  if (ahead === "0")
    throw invalidInput("nothing_to_push", `${dir} has nothing that is not on the branch already.`, {
      params: { dir },
    });
  const file = join(dir, ".git", `dockfra-${newId()}.bundle`);
  try {
    await git.run(["bundle", "create", "--quiet", file, `refs/heads/${branch}`, "^refs/heads/dockfra/now"]);
    return { commit, bundle: await readFile(file) };
  } finally {
    await rm(file, { force: true });
  }
}

/** Whether a work tree holds what is not on the ticket's branch yet, with the commit that it stands at. */
export async function stateOfWork(
  dir: string,
  env: Environment,
): Promise<{ readonly commit: string; readonly unpushed: boolean } | undefined> {
  if (!(await stat(join(dir, ".git")).catch(() => undefined))) return undefined;
  const git = personsGit(dir, env);
  const [dirty, ahead, head] = await Promise.all([
    git.run(["status", "--porcelain"]),
    git.run(["rev-list", "--count", "HEAD", "^refs/heads/dockfra/now"]),
    git.run(["rev-parse", "refs/heads/dockfra/now"]),
  ]);
  return { commit: head.trim(), unpushed: dirty !== "" || ahead.trim() !== "0" };
}

/** Brings the branch as the agent published it into the clone; its files are the person's own already. */
export async function takePublished(
  dir: string,
  { branch, commit, bundle, env }: { branch: string; commit: string; bundle: Buffer; env: Environment },
): Promise<void> {
  const git = await requireWorkTree(dir, env);
  await fetchBundle(git, dir, bundle, branch);
  await git.run(["reset", "--quiet", "--soft", commit]);
}

async function requireWorkTree(dir: string, env: Environment, signal?: AbortSignal): Promise<Git> {
  if (await stat(join(dir, ".git")).catch(() => undefined)) return personsGit(dir, env, signal);
  throw notFound(
    "work_tree_missing",
    `${dir} is no work tree of a ticket. Take one first: ticket-work T-0001`,
    {
      params: { dir },
    },
  );
}
