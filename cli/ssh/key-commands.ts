import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Invocation } from "../invocation.ts";
import { findInstallation } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";
import { allKeyNames, parseHost } from "./directions.ts";
import { ensureSshKeys, readPublicKey, type SshPlace } from "./keys.ts";
import { sshPortsOf } from "./ports.ts";
import { rotateKeys } from "./rotation.ts";
import { sshDirOf } from "./ssh-dir.ts";
import { waitForTakeOver } from "./take-over.ts";

/** `keys list`: each with its fingerprint and its age. @throws `ssh_key_missing`, `ssh_key_exposed`, `ssh_key_invalid` */
export async function listKeys({ options, screen }: Invocation<object>): Promise<void> {
  const { stateDir } = await placeOf(options);
  const dir = sshDirOf(stateDir);
  const keys = await Promise.all(
    allKeyNames().map(async (name) => ({
      name,
      fingerprint: fingerprintOf(await readPublicKey(dir, name)),
      madeAtMs: Math.round((await stat(join(dir, name))).mtimeMs),
    })),
  );
  if (screen.json) return screen.data({ ok: true, dir, keys });
  const nowMs = Date.now();
  const rows = keys.map(({ name, fingerprint, madeAtMs }) => [
    screen.paint("bold", name),
    fingerprint,
    screen.paint("dim", formatAgo(madeAtMs, nowMs)),
  ]);
  for (const line of alignRows(rows)) screen.line(line);
}

/** `keys rotate`: new keys for one role, also while it runs. @throws `ssh_host_unknown`, `keys_busy`, `keys_not_taken` */
export async function rotate({ options, screen }: Invocation<object>, name: string): Promise<void> {
  const host = parseHost(name);
  const place = await placeOf(options);
  await ensureSshKeys(place);
  const { rotated, placed } = await rotateKeys(host, place);
  const { root, stateDir, ports } = place;
  const inUse = await waitForTakeOver({ root, host, port: ports[host], keysDir: sshDirOf(stateDir) });
  if (screen.json) return screen.data({ ok: true, host, rotated, placed, inUse });
  screen.line(`New keys: ${rotated.join(", ")}.`);
  screen.line(
    inUse
      ? `They are in use by ${placed.join(", ")}; the old ones are refused, open sessions stay.`
      : `The ${host}'s container does not run; it gets them when it starts.`,
  );
}

/** The fingerprint that OpenSSH shows. */
export function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replaceAll("=", "")}`;
}

async function placeOf(options: {
  readonly root?: string;
  readonly prefix?: string;
}): Promise<SshPlace & { readonly root: string }> {
  const root = await resolveRoot(options.root);
  const prefix = options.prefix ?? (await findInstallation(root))?.prefix ?? (await prefixOf(root));
  const stateDir = await prepareStateDir(root);
  return { root, stateDir, prefix, ports: await sshPortsOf(stateDir) };
}
