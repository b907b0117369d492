import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { conflict } from "../../bus/kernel/errors.ts";
import { takeLock } from "../place/lock-file.ts";
import { ownIdentity } from "../place/installation.ts";
import { allKeyNames, hostKeyName, sshHosts, type SshHost } from "./directions.ts";
import { commentOf, pinHostKeys, type SshPlace } from "./keys.ts";
import { replacePrivate } from "./private-files.ts";
import { placeRoleKeys, roleSshDirOf } from "./role-keys.ts";
import { sshDirOf } from "./ssh-dir.ts";

export interface Rotation {
  /** Names of the keys that are new. */
  readonly rotated: readonly string[];
  /** Containers whose files changed; a running one takes them over by itself. */
  readonly placed: readonly SshHost[];
}

/** The keys that are about a host: its own, and those of whoever logs in there or it logs in to. */
export function keysOf(host: SshHost): string[] {
  return allKeyNames().filter(
    (name) => name === hostKeyName(host) || name.endsWith(`-to-${host}`) || name.startsWith(`${host}-to-`),
  );
}

/**
 * Makes new keys for a host, pins its new host key, and hands everyone what changed for them. Sessions that are open stay
 * open; new ones need the new keys.
 * @throws `keys_busy` while another rotation is at it
 */
export async function rotateKeys(host: SshHost, place: SshPlace): Promise<Rotation> {
  const dir = sshDirOf(place.stateDir);
  const attempt = await takeLock(join(dir, "lock"), ownIdentity(), parseHolder);
  if (!attempt.taken)
    throw conflict(
      "keys_busy",
      `Process ${attempt.holder.pid} is changing keys in ${dir}. Try again when it is done.`,
      {
        params: { dir, pid: attempt.holder.pid },
      },
    );
  try {
    const { makeKeyPair } = await import("./key-pair.ts");
    const rotated = keysOf(host);
    for (const name of rotated) {
      const pair = makeKeyPair(commentOf(place.prefix, name));
      // the public half follows the private one: where it did not come to that, the next start makes it from it
      await replacePrivate(join(dir, name), pair.privateKey);
      await replacePrivate(join(dir, `${name}.pub`), pair.publicKey);
    }
    await pinHostKeys(place);
    return { rotated, placed: await placeAgain(place) };
  } finally {
    await attempt.lock.release();
  }
}

/** Hands the keys of now to every container that was given some before. */
export async function placeAgain({ stateDir, prefix }: Omit<SshPlace, "ports">): Promise<SshHost[]> {
  const placed: SshHost[] = [];
  for (const host of sshHosts) {
    const agentUid = await ownerOf(roleSshDirOf(stateDir, host));
    if (agentUid === undefined) continue;
    if (await placeRoleKeys(host, { stateDir, prefix, agentUid })) placed.push(host);
  }
  return placed;
}

const Holder = z.object({ pid: z.int().positive(), startedAt: z.string() });

function parseHolder(text: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).uid;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
