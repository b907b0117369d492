import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A host key as known_hosts and sshd have it. */
export interface HostPin {
  readonly type: string;
  readonly key: Buffer;
}

/** The pinned keys of one host out of the text of a known_hosts file, in its order; a revoked key is none. */
export function findPins(knownHosts: string, host: string, port: number): HostPin[] {
  const name = port === 22 ? host : `[${host}]:${port}`;
  return knownHosts.split("\n").flatMap((line) => {
    const [names = "", type = "", base64 = ""] = line.trim().split(/\s+/);
    if (names === "" || /^[#@]/.test(names)) return [];
    return names.split(",").some((pattern) => isNamed(pattern, name)) ? toPin(type, base64) : [];
  });
}

/** Reads `type base64`, as a public key file has it; empty where it is none. */
export function parsePin(line: string): HostPin[] {
  const [type = "", base64 = ""] = line.trim().split(/\s+/);
  return toPin(type, base64);
}

/** Whether a host showed one of its pinned keys. */
export function isPinned(pins: readonly HostPin[], shown: Buffer): boolean {
  return pins.some(({ key }) => key.length === shown.length && timingSafeEqual(key, shown));
}

/** A key's fingerprint as OpenSSH prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The line of a key as `type base64`; its first field says its type. */
export function lineOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return `${key.subarray(4, 4 + length).toString("latin1")} ${key.toString("base64")}`;
}

function toPin(type: string, base64: string): HostPin[] {
  const key = Buffer.from(base64, "base64");
  return /^[a-z0-9@.-]+$/.test(type) && key.length > 16 && lineOf(key) === `${type} ${base64}`
    ? [{ type, key }]
    : [];
}

function isNamed(pattern: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(pattern);
  if (hashed === null) return pattern === name;
  const [, salt = "", digest = ""] = hashed;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === digest;
}
