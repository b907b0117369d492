import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { conflict, invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { findVirtualDeveloper, readAppSource, withoutSecret } from "./virtual-developer.ts";

const cloneTimeoutMs = 10 * 60_000;

/** `clone-app`: gets the project's code into its app folder. @throws `app_source_missing`, `app_source_invalid`, `app_exists`, `clone_failed` */
export async function cloneApp(invocation: Invocation<object>): Promise<void> {
  const { options, screen, signal } = invocation;
  const root = await resolveRoot(options.root);
  const stateDir = await prepareStateDir(root);
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
  const shown = withoutSecret(url);
  screen.note(`Clones ${shown} (${branch}) into ${dir} …`);
  const draft = join(stateDir, "clone-app");
  await rm(draft, { recursive: true, force: true });
  const run = await runProgram(
    [
      "git",
      "-c",
      "core.hooksPath=/dev/null",
      "-c",
      "protocol.ext.allow=never",
      "clone",
      "--branch",
      branch,
      "--",
      url,
      draft,
    ],
    { cwd: root, env: gitEnvironment(), timeoutMs: cloneTimeoutMs, signal },
  );
  if (run.exitCode !== 0) {
    await rm(draft, { recursive: true, force: true });
    const why = run.stderr.replaceAll(url, shown).trim().split("\n").at(-1)?.slice(0, 500) ?? "";
    throw unavailable(
      "clone_failed",
      `${shown} could not be cloned: ${why}. Mend GIT_REPO_URL or GIT_BRANCH.`,
      {
        params: { url: shown, why },
        retryable: false,
      },
    );
  }
  await rename(draft, dir);
  if (screen.json) screen.data({ ok: true, dir, url: shown, branch });
  else screen.line(`${dir} has ${shown} at ${branch}. Go on with: dockfra up`);
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

function gitEnvironment(): Record<string, string> {
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
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
  };
}
