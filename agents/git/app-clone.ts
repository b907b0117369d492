import { access, constants, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { conflict, denied, invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import { deployKeyCommand } from "./deploy-key.ts";
import { findVirtualDeveloper, readAppSource, withoutSecret } from "./app-source.ts";

export interface AppCloneOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** Gets a line before the work begins. */
  readonly onLine: (line: string) => void;
  /** Gets the program at work. */
  readonly onStarted?: (pid: number) => void;
}

export interface ClonedApp {
  readonly dir: string;
  /** Without what it may hold of a password. */
  readonly url: string;
  readonly branch: string;
}

const cloneTimeoutMs = 10 * 60_000;
const shareEveryMs = 1_000;

/** Gets the project's code into its app folder. @throws `app_source_missing`, `app_source_invalid`, `app_exists`, `clone_failed`, `clone_denied` */
export async function cloneAppSource(options: AppCloneOptions): Promise<ClonedApp> {
  const { root, stateDir, signal, onLine, onStarted } = options;
  const dir = join(root, "app");
  const { url, branch } = await readAppSource(stateDir);
  if (url === undefined)
    throw invalidInput(
      "app_source_missing",
      "GIT_REPO_URL says nothing, so there is nothing to clone. Set it with: dockfra env set GIT_REPO_URL URL",
    );
  requireAddress(url, branch);
  if (!(await findVirtualDeveloper(root, stateDir)))
    throw conflict("app_exists", `${dir} is there already, and nothing is written over it.`, {
      params: { dir },
    });
  await requireWritable(root);
  const shown = withoutSecret(url);
  onLine(`Clones ${shown} (${branch}) into ${dir} …`);
  const draft = join(stateDir, "clone-app");
  await rm(draft, { recursive: true, force: true });
  const safe = ["-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never"];
  const byKey = await deployKeyCommand(stateDir, url);
  // the clone keeps it, so that a later push or fetch goes the same way
  const kept = byKey === undefined ? [] : ["--config", `core.sshCommand=${byKey}`];
  const run = await runProgram(
    ["git", ...safe, "clone", ...kept, "--progress", "--branch", branch, "--", url, draft],
    {
      ...{ cwd: root, env: gitEnvironment(byKey), timeoutMs: cloneTimeoutMs, signal },
      // git writes a share over the one before
      ...{ lineEnd: /[\r\n]/, onLine: tellSome((line) => onLine(line.replaceAll(url, shown))) },
      ...(onStarted ? { onStarted } : {}),
    },
  );
  if (run.exitCode !== 0) {
    await rm(draft, { recursive: true, force: true });
    const why = reasonIn(run.stderr.replaceAll(url, shown));
    throw unavailable(
      "clone_failed",
      `${shown} could not be cloned: ${why}. Mend GIT_REPO_URL or GIT_BRANCH.`,
      { params: { url: shown, why }, retryable: false },
    );
  }
  await rename(draft, dir);
  return { dir, url: shown, branch };
}

/** What the way to the host says comes before git's own words, and general advice after them. */
function reasonIn(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const reason =
    lines.find((line) => /verification failed|Permission denied|^ssh: |^ERROR: /.test(line)) ??
    lines.find((line) => line.startsWith("fatal: ")) ??
    lines.at(-1);
  return (reason ?? "").slice(0, 500);
}

/** Leaves out most of what git says of how far it is. */
function tellSome(tell: (line: string) => void): (line: string) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (line) => {
    const isShare = /\d%/.test(line) && !line.includes("done");
    if (line.trim() === "" || (isShare && performance.now() - toldMs < shareEveryMs)) return;
    toldMs = performance.now();
    tell(line.trim());
  };
}

async function requireWritable(root: string): Promise<void> {
  try {
    await access(root, constants.W_OK);
  } catch (error) {
    throw denied(
      "clone_denied",
      `${root} cannot be written by this user. Change its owner or mode, then try again.`,
      { params: { root }, cause: error },
    );
  }
}

/** What names another program, or an option, is no address. */
function requireAddress(url: string, branch: string): void {
  const fine =
    /^(?:(?:https?|ssh|git|file):\/\/|[\w.-]+@[\w.-]+:|\/)/.test(url) &&
    /^[A-Za-z0-9][\w./-]{0,200}$/.test(branch) &&
    !branch.includes("..");
  if (fine) return;
  throw invalidInput(
    "app_source_invalid",
    `GIT_REPO_URL "${withoutSecret(url).slice(0, 200)}" with GIT_BRANCH "${branch.slice(0, 100)}" is no address of a repository. Write it as https://host/name.git and a branch.`,
    { params: { url: withoutSecret(url).slice(0, 200), branch: branch.slice(0, 100) } },
  );
}

function gitEnvironment(sshCommand = "ssh -o BatchMode=yes"): Record<string, string> {
  const kept = [
    "PATH",
    "HOME",
    "LANG",
    "SSH_AUTH_SOCK",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "https_proxy",
  ];
  return {
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: sshCommand,
  };
}
