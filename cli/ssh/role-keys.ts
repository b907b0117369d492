import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Role } from "../../bus/messages/principals.ts";
import { directions, hostKeyName, originsOf, userKeyName, type SshHost } from "./directions.ts";
import { readPrivateKey, readPublicKey } from "./keys.ts";
import { sshDirOf } from "./ssh-dir.ts";
import { pinsFor } from "./known-hosts.ts";
import { ensurePrivateDir, readIfThere, replacePrivate, type Owner } from "./private-files.ts";

export interface KeyPlacement {
  /** `<root>/dockfra` */
  readonly stateDir: string;
  readonly prefix: string;
  /** Uid of the role's agent, who hands the files to sshd; where root runs Dockfra, they become its own. */
  readonly agentUid: number;
}

/** The directory that a container sees as `/run/dockfra/role/ssh`. */
export function roleSshDirOf(stateDir: string, host: SshHost): string {
  return join(stateDir, "roles", host, "ssh");
}

/**
 * Puts what one container may have of the keys into its directory, each file at once; files of keys that it no longer
 * has go. Nothing is written that is there already, so a watcher is not woken for nothing. Gives whether anything changed.
 * @throws `ssh_key_missing`, `ssh_key_exposed`, `ssh_key_invalid`
 */
export async function placeRoleKeys(host: Role | "device", placement: KeyPlacement): Promise<boolean> {
  const { stateDir, prefix, agentUid } = placement;
  const owner: Owner = { uid: agentUid };
  const dir = roleSshDirOf(stateDir, host);
  await ensurePrivateDir(join(stateDir, "roles"));
  // whoever logs in goes through it to the project's own commands
  await ensurePrivateDir(join(stateDir, "roles", host), owner, 0o711);
  await ensurePrivateDir(dir, owner);
  const files = await filesFor(host, sshDirOf(stateDir), prefix);
  let changed = false;
  for (const [name, text] of files) changed = (await replacePrivate(join(dir, name), text, owner)) || changed;
  for (const name of await readdir(dir))
    // a draft is of somebody who does the same at this moment
    if (!files.has(name) && !name.endsWith(".draft")) {
      await rm(join(dir, name), { force: true });
      changed = true;
    }
  return changed;
}

/** The lines of `authorized_keys`: whoever may come, with a terminal and nothing else that SSH offers. */
async function authorizedKeysFor(host: SshHost, dir: string): Promise<string> {
  const lines = await Promise.all(
    originsOf(host).map(
      async (from) => `restrict,pty ${await readPublicKey(dir, userKeyName(from, host))}\n`,
    ),
  );
  return lines.join("");
}

async function filesFor(host: SshHost, dir: string, prefix: string): Promise<Map<string, string>> {
  const files = new Map([
    ["host_ed25519", await readPrivateKey(dir, hostKeyName(host))],
    ["authorized_keys", await authorizedKeysFor(host, dir)],
  ]);
  const goals: readonly SshHost[] = host === "device" ? [] : directions[host];
  const known = (await readIfThere(join(dir, "known_hosts"))) ?? "";
  files.set("known_hosts", pinsFor(known, prefix, goals));
  for (const to of goals)
    files.set(
      to === "device" ? "device_ed25519" : `id_ed25519_${to}`,
      await readPrivateKey(dir, userKeyName(host as Role, to)),
    );
  return files;
}
