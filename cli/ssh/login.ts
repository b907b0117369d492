import type { Invocation } from "../invocation.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { clientArguments } from "./client-options.ts";
import { explainFailure } from "./client-failure.ts";
import { runClient, type ClientRun } from "./client.ts";
import { parseHost, type SshHost } from "./directions.ts";
import { sshDirOf } from "./ssh-dir.ts";
import { sshPortsOf } from "./ports.ts";
import { cannotShare, sharedConnection } from "./shared-connection.ts";

interface LoginOptions {
  readonly print?: boolean;
}

/**
 * `ssh`: a shell in a role's container, or one command there; the exit code is the remote one. One word is a command line
 * for the remote shell, several are a program and its arguments as they are.
 * @throws `ssh_host_unknown`, `not_running`, `ssh_process_runtime`, `host_key_changed`
 */
export async function login(
  { options, screen, signal }: Invocation<LoginOptions>,
  name: string,
  words: readonly string[],
): Promise<number> {
  const host = parseHost(name);
  const root = await resolveRoot(options.root);
  const stateDir = stateDirOf(root);
  const port = (await sshPortsOf(stateDir))[host];
  const keysDir = sshDirOf(stateDir);
  const command = words.length > 1 ? await quoteAll(words) : words[0];
  if (options.print === true || (screen.json && command === undefined)) {
    const argv = [
      "ssh",
      ...clientArguments({ host, port, keysDir }),
      ...(command === undefined ? [] : ["--", command]),
    ];
    const line = await quoteAll(argv);
    if (screen.json) screen.data({ ok: true, host, port, argv, line });
    else screen.line(line);
    return 0;
  }
  const run = await runIn(keysDir, { host, port, command, keep: screen.json, root, signal });
  if (run.exitCode === 255) await refuse(run.log, { host, port, root, stateDir });
  const { exitCode, stdout, stderr } = run;
  if (screen.json) screen.data({ ok: exitCode === 0, host, exitCode, stdout, stderr });
  return exitCode;
}

/** Loaded only where it is needed: it brings every sentence along. */
async function quoteAll(words: readonly string[]): Promise<string> {
  const { shellWord } = await import("../../locales/render.ts");
  return words.map(shellWord).join(" ");
}

interface Wanted {
  readonly host: SshHost;
  readonly port: number;
  readonly command: string | undefined;
  readonly keep: boolean;
  readonly root: string;
  readonly signal: AbortSignal;
}

async function runIn(
  keysDir: string,
  { host, port, command, keep, root, signal }: Wanted,
): Promise<ClientRun> {
  const onTerminal = !keep && process.stdin.isTTY && process.stdout.isTTY;
  const goal = clientArguments({ host, port, keysDir: "." });
  const args = [onTerminal ? "-t" : "-T", ...goal, ...(command === undefined ? [] : ["--", command])];
  const options = { cwd: keysDir, keep, signal };
  try {
    const run = await runClient([...(await sharedConnection(keysDir, host, port)), ...args], options);
    return run.exitCode === 255 && cannotShare(run.log) ? await runClient(args, options) : run;
  } catch (error) {
    const { explainPlace, requireKeys } = await import("./login-failure.ts");
    await explainPlace({ host, root });
    await requireKeys(keysDir, host, root);
    throw error;
  }
}

interface Place {
  readonly host: SshHost;
  readonly port: number;
  readonly root: string;
  readonly stateDir: string;
}

async function refuse(log: string, place: Place): Promise<void> {
  const error = explainFailure({ ...place, log });
  if (error === undefined) return;
  const { alertHostKey, explainPlace, requireKeys } = await import("./login-failure.ts");
  await explainPlace(place);
  await requireKeys(sshDirOf(place.stateDir), place.host, place.root);
  if (error.code === "host_key_changed") await alertHostKey(place.root, error);
  throw error;
}
