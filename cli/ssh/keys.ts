import { join } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { allKeyNames, hostKeyName, sshHosts, type SshHost } from "./directions.ts";
import { sshDirOf } from "./ssh-dir.ts";
import { withPins, type SshPorts } from "./known-hosts.ts";
import {
  createPrivate,
  ensurePrivateDir,
  readIfThere,
  readPrivate,
  replacePrivate,
} from "./private-files.ts";

export interface SshPlace {
  /** `<root>/dockfra` */
  readonly stateDir: string;
  readonly prefix: string;
  readonly ports: SshPorts;
}

/** What {@link ensureSshKeys} found and made; names are those of the files in `dir`. */
export interface SshKeys {
  readonly dir: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Makes the keys that are missing, 0600 in 0700, keeps those that are there, and pins every host key in `known_hosts`
 * under the ports of now.
 * @throws `ssh_key_exposed`, `ssh_key_invalid`
 */
export async function ensureSshKeys({ stateDir, prefix, ports }: SshPlace): Promise<SshKeys> {
  const dir = sshDirOf(stateDir);
  await ensurePrivateDir(dir);
  const made: string[] = [];
  const kept: string[] = [];
  for (const name of allKeyNames()) ((await ensureKey(dir, name, prefix)) ? made : kept).push(name);
  await pinHostKeys({ stateDir, prefix, ports });
  return { dir, made, kept };
}

/** Writes `known_hosts` from the host keys of now; lines that somebody else added stay. */
export async function pinHostKeys({ stateDir, prefix, ports }: SshPlace): Promise<void> {
  const dir = sshDirOf(stateDir);
  const keys = await Promise.all(
    sshHosts.map(async (host) => [host, await readPublicKey(dir, hostKeyName(host))] as const),
  );
  const path = join(dir, "known_hosts");
  const publicKeys = Object.fromEntries(keys) as Record<SshHost, string>;
  await replacePrivate(path, withPins((await readIfThere(path)) ?? "", prefix, ports, publicKeys));
}

/** Reads a private key. @throws `ssh_key_missing`, `ssh_key_exposed`, `ssh_key_invalid` */
export async function readPrivateKey(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  const text = await readPrivate(path);
  if (text === undefined) throw missing(path);
  if (publicBytesOf(text) === undefined) throw invalid(path);
  return text;
}

/** Reads the one line of a public key. @throws `ssh_key_missing`, `ssh_key_invalid` where it is not the private key's */
export async function readPublicKey(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  const line = (await readIfThere(`${path}.pub`))?.trim();
  if (line === undefined) throw missing(`${path}.pub`);
  if (!belongTogether(await readPrivateKey(dir, name), line)) throw invalid(`${path}.pub`);
  return line;
}

/** The comment of a key: what it is for, and whose. */
export function commentOf(prefix: string, name: string): string {
  return `${prefix}:${name}`;
}

async function ensureKey(dir: string, name: string, prefix: string): Promise<boolean> {
  const path = join(dir, name);
  const there = await readPrivate(path);
  if (there !== undefined) {
    await ensurePublic(path, there, commentOf(prefix, name));
    return false;
  }
  const { makeKeyPair } = await import("./key-pair.ts");
  const pair = makeKeyPair(commentOf(prefix, name));
  const made = await createPrivate(path, pair.privateKey);
  // a public half alone is of no use, and whoever won the race left the private one
  await ensurePublic(path, (await readPrivate(path)) ?? pair.privateKey, commentOf(prefix, name));
  return made;
}

async function ensurePublic(path: string, privateKey: string, comment: string): Promise<void> {
  const line = await readIfThere(`${path}.pub`);
  if (line !== undefined && belongTogether(privateKey, line)) return;
  const { publicKeyOf } = await import("./key-pair.ts");
  const text = publicKeyOf(privateKey, comment);
  if (text === undefined) throw invalid(path);
  await replacePrivate(`${path}.pub`, text);
}

/** An unencrypted private key holds its public half in the clear. */
function belongTogether(privateKey: string, publicLine: string): boolean {
  const bytes = publicBytesOf(privateKey);
  const [type, base64 = ""] = publicLine.split(/\s+/);
  const half = Buffer.from(base64, "base64");
  return bytes !== undefined && type === "ssh-ed25519" && half.length > 32 && bytes.includes(half);
}

function publicBytesOf(privateKey: string): Buffer | undefined {
  const body =
    /^-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----\s*$/.exec(
      privateKey,
    );
  const bytes = Buffer.from(body?.[1] ?? "", "base64");
  return bytes.subarray(0, 14).toString() === "openssh-key-v1" ? bytes : undefined;
}

function missing(path: string) {
  return invalidInput("ssh_key_missing", `There is no key ${path}. Make what is missing: dockfra init`, {
    params: { path },
  });
}

function invalid(path: string) {
  return invalidInput(
    "ssh_key_invalid",
    `${path} is no ED25519 key of OpenSSH without a passphrase, or not the other half of its pair. Move it away, then make a new one: dockfra init`,
    { params: { path } },
  );
}
