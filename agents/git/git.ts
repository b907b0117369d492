import { dirname } from "node:path";
import { DockfraError, notFound, unavailable } from "../../bus/kernel/errors.ts";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";

export interface GitOptions {
  readonly input?: string;
  /** Another index than the repository's own. */
  readonly indexFile?: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** Longest answer that is taken; a longer one is an error, never cut. */
  readonly maxOutputBytes?: number;
}

export interface GitAnswer {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** One repository, reached with its hooks, helpers and everybody's configuration off. */
export interface Git {
  readonly gitDir: string;
  readonly workTree: string | undefined;
  /** Runs git and gives whatever it answered. @throws `git_missing`, `git_timeout`, `cancelled` */
  attempt(args: readonly string[], options?: GitOptions): Promise<GitAnswer>;
  /** Runs git and gives its stdout. @throws `git_failed` with git's own reason */
  run(args: readonly string[], options?: GitOptions): Promise<string>;
}

const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.quotePath=false",
  "core.excludesFile=/dev/null",
  "core.attributesFile=/dev/null",
  "protocol.ext.allow=never",
  "protocol.version=2",
  "commit.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "advice.detachedHead=false",
].flatMap((setting) => ["-c", setting]);

const identity = { name: "Dockfra developer", email: "developer@dockfra.invalid" };

/** The whole environment of our git: the user's configuration, helpers and prompts have no place in it. */
function gitEnvironment(indexFile: string | undefined): Record<string, string> {
  return {
    ...pickEnvironment(["PATH", "TMPDIR"]),
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    // names the repositories of others that a role in a container may read; everything else is above
    GIT_CONFIG_GLOBAL: process.env["DOCKFRA_GIT_CONFIG"] ?? "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
    ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
  };
}

/** Makes the handle of one repository; touches nothing. */
export function createGit(gitDir: string, workTree?: string): Git {
  const place = [`--git-dir=${gitDir}`, ...(workTree === undefined ? [] : [`--work-tree=${workTree}`])];
  const attempt = attemptIn(workTree ?? gitDir, place);
  const run = async (args: readonly string[], options?: GitOptions): Promise<string> => {
    const answer = await attempt(args, options);
    if (answer.exitCode === 0) return answer.stdout;
    throw gitFailed(args, gitDir, answer);
  };
  return { gitDir, workTree, attempt, run };
}

/** Makes the handle for what git does to plain files below a directory, whatever repository that is in. */
export function createPlainGit(dir: string): Pick<Git, "attempt"> {
  return { attempt: attemptIn(dir, [], { GIT_CEILING_DIRECTORIES: dirname(dir) }) };
}

function attemptIn(
  cwd: string,
  place: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Git["attempt"] {
  return async (args, options = {}) => {
    const { timeoutMs = 300_000, maxOutputBytes = 32_000_000, signal } = options;
    const run = await runProgram(["git", ...settings, ...place, ...args], {
      cwd,
      env: { ...gitEnvironment(options.indexFile), ...env },
      timeoutMs,
      maxOutputBytes,
      ...(signal ? { signal } : {}),
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    const name = nameOf(args);
    if (run.notStarted !== undefined) throw notStarted(run.notStarted);
    if (run.cancelled) throw cancelled(name);
    if (run.timedOut)
      throw unavailable("git_timeout", `git ${name} did not end within ${timeoutMs} ms.`, {
        params: { command: name, timeoutMs },
      });
    if (run.stdout.length >= maxOutputBytes)
      throw new DockfraError(
        "invalid_input",
        "git_answer_too_large",
        `git ${name} answered more than ${maxOutputBytes} bytes. Split the change.`,
        {
          params: { command: name, maxOutputBytes },
        },
      );
    return { exitCode: run.exitCode, stdout: run.stdout, stderr: run.stderr };
  };
}

/** The error for an answer that nobody expected; keeps what git said. */
export function gitFailed(args: readonly string[], gitDir: string, answer: GitAnswer): DockfraError {
  const why = reasonOf(answer);
  const command = nameOf(args);
  const owner = /dubious ownership in repository at '([^']+)'/.exec(answer.stderr);
  if (owner)
    return new DockfraError(
      "denied",
      "repository_not_ours",
      `The repository ${owner[1] ?? gitDir} belongs to another user, and git refuses to read it. Start dockfra as its owner.`,
      { params: { dir: owner[1] ?? gitDir } },
    );
  return new DockfraError("unavailable", "git_failed", `git ${command} failed in ${gitDir}: ${why}`, {
    retryable: /\.lock': File exists|No space left/.test(answer.stderr),
    params: { command, dir: gitDir, why },
  });
}

/** What git said, without noise, at most a few lines. */
export function reasonOf({ exitCode, stdout, stderr }: GitAnswer): string {
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter((line) => !line.startsWith("hint:"));
  const text = lines.slice(0, 12).join("\n").slice(0, 2_000);
  return text === "" ? `exit code ${exitCode ?? "none"}` : text;
}

function nameOf(args: readonly string[]): string {
  return args[0] ?? "";
}

function notStarted(why: string): DockfraError {
  if (why === "ENOENT")
    return notFound("git_missing", "There is no git on the PATH. Install git 2.34 or newer.");
  return unavailable("git_missing", `git did not start: ${why}. Check that it is installed and may be run.`, {
    params: { why },
  });
}

function cancelled(name: string): DockfraError {
  return unavailable("cancelled", `git ${name} was cancelled.`);
}
