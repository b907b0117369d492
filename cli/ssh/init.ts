import { access } from "node:fs/promises";
import { shellWord } from "../../locales/render.ts";
import type { Invocation } from "../invocation.ts";
import { findInstallation } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { refuseTakenPrefix } from "../supervisor/project-check.ts";
import { clientArguments } from "./client-options.ts";
import { sshHosts } from "./directions.ts";
import { ensureSshKeys } from "./keys.ts";
import { sshPortsOf } from "./ports.ts";
import { placeAgain } from "./rotation.ts";

/** `init`: the state directory and the keys of SSH; what is there stays as it is. @throws `prefix_is_project` */
export async function init({ options, screen }: Invocation<object>): Promise<void> {
  const root = await resolveRoot(options.root);
  const prefix = options.prefix ?? (await findInstallation(root))?.prefix ?? (await prefixOf(root));
  await refuseTakenPrefix(root, prefix);
  const was = await exists(stateDirOf(root));
  const stateDir = await prepareStateDir(root);
  const ports = await sshPortsOf(stateDir);
  const { dir, made, kept } = await ensureSshKeys({ stateDir, prefix, ports });
  await placeAgain({ stateDir, prefix });
  const logins = sshHosts.map((host) => {
    const argv = ["ssh", ...clientArguments({ host, port: ports[host], keysDir: dir })];
    return { host, port: ports[host], line: argv.map(shellWord).join(" ") };
  });
  if (screen.json)
    return screen.data({
      ok: true,
      root,
      prefix,
      stateDir,
      madeStateDir: !was,
      keysDir: dir,
      made,
      kept,
      logins,
    });
  screen.line(was ? `${stateDir} was there.` : `Made ${stateDir}, for its owner alone and ignored by git.`);
  if (made.length > 0)
    screen.line(`Made ${count(made.length, "ED25519 key")} in ${dir}: ${made.join(", ")}.`);
  if (kept.length > 0)
    screen.line(
      `${count(kept.length, "key")} ${kept.length === 1 ? "was" : "were"} there and ${kept.length === 1 ? "stays" : "stay"}.`,
    );
  screen.line(`The host keys are pinned in ${dir}/known_hosts.`);
  screen.line();
  screen.line("Once the crew runs in containers (dockfra up): dockfra ssh manager, or from anywhere:");
  for (const { line } of logins) screen.line(`  ${line}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
