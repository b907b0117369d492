import { unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import { pickEnvironment } from "../../processes/environment.ts";
import { runProgram, type ProgramRun } from "../../processes/program-run.ts";
import { startProgram, type RunningProgram } from "../../processes/running-program.ts";

/** What the docker CLI needs of our environment; nothing else of it can reach a compose file's variables. */
const dockerEnvironment = [
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH",
  "SSH_AUTH_SOCK",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
] as const;

export interface DockerOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** When cancelled it first gets SIGINT, and this long to end by itself; default: it is ended at once. */
  readonly interruptMs?: number;
  readonly onLine?: (line: string) => void;
  readonly onStarted?: (pid: number) => void;
  /** Output beyond this is dropped from the front; default 8 MB. */
  readonly maxOutputBytes?: number;
  /** Default: the root directory, so that no file of a directory steers it. */
  readonly cwd?: string;
  /** Variables of the command's own, beside those that the CLI is always given. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on stdin. */
  readonly input?: string;
  /** A file that it reads on stdin instead. */
  readonly inputFile?: string;
}

/**
 * Runs the docker CLI to its end; a failing command is an answer, a missing engine is not.
 * @throws `docker_missing`, `engine_unreachable`, `compose_missing`
 */
export async function runDocker(args: readonly string[], options: DockerOptions): Promise<ProgramRun> {
  const run = await runProgram(["docker", ...args], {
    maxOutputBytes: 8_000_000,
    ...options,
    cwd: options.cwd ?? "/",
    env: { ...options.env, ...pickEnvironment(dockerEnvironment) },
  });
  const missing = whatIsMissing(run);
  if (missing) throw missing;
  return run;
}

/** Starts the docker CLI for output that is more than should be held in memory. */
export function startDocker(args: readonly string[]): RunningProgram {
  return startProgram(["docker", ...args], { cwd: "/", env: pickEnvironment(dockerEnvironment) });
}

/** Whether a Docker engine with Compose v2 answers. */
export async function engineAnswers(timeoutMs: number = 5_000): Promise<boolean> {
  try {
    const runs = await Promise.all([
      runDocker(["version", "--format", "{{.Server.Version}}"], { timeoutMs }),
      runDocker(["compose", "version", "--short"], { timeoutMs }),
    ]);
    return runs.every((run) => run.exitCode === 0);
  } catch {
    return false;
  }
}

/** The last lines of what a docker command said, for a message. */
export function lastWords({ stderr, stdout }: ProgramRun): string {
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-2).join(" ").slice(0, 1_000);
}

function whatIsMissing(run: ProgramRun): DockfraError | undefined {
  if (run.notStarted !== undefined)
    return unavailable(
      "docker_missing",
      'The docker command was not found. Install Docker, or give the stack a "command" in dockfra.yaml.',
      {
        params: { reason: run.notStarted },
      },
    );
  if (run.exitCode === 0) return undefined;
  if (
    /Cannot connect to the Docker daemon|error during connect|failed to connect to the docker API|permission denied while trying to connect/i.test(
      run.stderr,
    )
  )
    return unavailable(
      "engine_unreachable",
      `No Docker engine answers: ${lastWords(run)}. Start it, or check that you may use it.`,
      {
        params: { reason: lastWords(run) },
      },
    );
  if (
    /is not a docker command|unknown shorthand flag: 'p' in -p|unknown flag: --project-directory/i.test(
      run.stderr,
    )
  )
    return unavailable(
      "compose_missing",
      "The docker command has no Compose v2 plugin. Install docker-compose-plugin.",
      { params: {} },
    );
  return undefined;
}
