import { pickEnvironment } from "../processes/environment.ts";
import { runProgram } from "../processes/program-run.ts";

const safeConfig = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"] as const;

/** What git says in a directory, with nothing of the repository run; undefined where it fails. */
export async function gitOf(dir: string, ...args: readonly string[]): Promise<string | undefined> {
  const run = await runProgram(["git", ...safeConfig, "-C", dir, ...args], {
    cwd: dir,
    env: { ...pickEnvironment(["PATH", "HOME", "XDG_CONFIG_HOME"]), GIT_TERMINAL_PROMPT: "0" },
    timeoutMs: 5_000,
    maxOutputBytes: 100_000,
  });
  return run.exitCode === 0 ? run.stdout.trim() : undefined;
}
