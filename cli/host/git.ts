import { execa } from "execa";
import { unavailable } from "../../bus/kernel/errors.ts";

/** How a git command ended. */
export interface GitResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing that the repository or its clone brings along may run: no hooks, no monitors, no external diffs, no prompts. */
const harmless = [
  "--no-optional-locks",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "protocol.ext.allow=never",
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
] as const;

/** Runs git in a work tree with hooks off, with another configuration than the user's where one is named; what git refuses is a value. @throws `git_missing`, `git_too_slow` */
export async function runGit(
  dir: string,
  args: readonly string[],
  { timeoutMs = 30_000, config }: { readonly timeoutMs?: number; readonly config?: string } = {},
): Promise<GitResult> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  const result = await execa("git", [...harmless, "-C", dir, ...args], {
    env: {
      ...env,
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
      ...(config === undefined ? {} : { GIT_CONFIG_GLOBAL: config }),
    },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: timeoutMs,
    maxBuffer: 20_000_000,
  });
  if (result.code === "ENOENT")
    throw unavailable("git_missing", "There is no git on PATH. Install git, then try again.", {
      retryable: false,
    });
  if (result.timedOut)
    throw unavailable(
      "git_too_slow",
      `git ${args[0] ?? ""} in ${dir} did not end within ${timeoutMs / 1000} s. See whether the disk or a lock holds it up.`,
      {
        params: { command: args[0] ?? "", dir, seconds: timeoutMs / 1000 },
      },
    );
  return { ok: !result.failed, stdout: result.stdout, stderr: result.stderr };
}

/** The trimmed output of a git command, or `undefined` where git refuses. */
export async function askGit(dir: string, args: readonly string[]): Promise<string | undefined> {
  const result = await runGit(dir, args);
  return result.ok ? result.stdout.trim() : undefined;
}
