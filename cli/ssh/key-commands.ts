import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Invocation } from "../invocation.ts";
import { findInstallation } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { alignRows } from "../terminal/table.ts";
import { formatAgo } from "../terminal/time.ts";
import { allKeyNames, parseHost } from "./directions.ts";
import { ensureSshKeys, readPublicKey, type SshPlace } from "./keys.ts";
import { sshPortsOf } from "./ports.ts";
import { rotateKeys } from "./rotation.ts";
import { sshDirOf } from "./ssh-dir.ts";

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

/** `keys rotate`: new keys for one role, also while it runs. @throws `ssh_host_unknown`, `keys_busy` */
export async function rotate({ options, screen }: Invocation<object>, name: string): Promise<void> {
  const host = parseHost(name);
  const place = await placeOf(options);
  await ensureSshKeys(place);
  const { rotated, placed } = await rotateKeys(host, place);
  if (screen.json) return screen.data({ ok: true, host, rotated, placed });
  screen.line(`New keys: ${rotated.join(", ")}.`);
  screen.line(
    placed.length > 0
      ? `Handed over to ${placed.join(", ")}; the old ones are refused from now on, open sessions stay.`
      : "No container has keys yet; they get them when they start.",
  );
}

/** The fingerprint that OpenSSH shows. */
export function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replaceAll("=", "")}`;
}

async function placeOf(options: { readonly root?: string; readonly prefix?: string }): Promise<SshPlace> {
  const root = await resolveRoot(options.root);
  const prefix = options.prefix ?? (await findInstallation(root))?.prefix ?? (await prefixOf(root));
  const stateDir = await prepareStateDir(root);
  return { stateDir, prefix, ports: await sshPortsOf(stateDir) };
}
