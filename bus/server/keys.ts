import { randomUUID } from "node:crypto";
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createUser, fromSeed } from "@nats-io/nkeys";
import { invalidInput, notFound } from "../kernel/errors.ts";
import { principals, type Principal } from "../messages/principals.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The NKey user seed of one principal, with the public key that the server's configuration names. */
export interface PrincipalKey {
  readonly seed: string;
  readonly publicKey: string;
}
export type PrincipalKeys = Readonly<Record<Principal, PrincipalKey>>;

/** The directory of the seeds of one installation: `<root>/dockfra/keys`. */
export function keysDir(root: string): string {
  return join(root, "dockfra", "keys");
}

const seedPath = (dir: string, principal: Principal): string => join(dir, `${principal}.nk`);

function toKey(text: string, path: string): PrincipalKey {
  const seed = text.trim();
  try {
    const pair = fromSeed(encoder.encode(seed));
    const publicKey = pair.getPublicKey();
    if (publicKey.startsWith("U")) return { seed, publicKey };
  } catch (cause) {
    throw badSeed(path, cause);
  }
  throw badSeed(path, undefined);
}

function badSeed(path: string, cause: unknown) {
  return invalidInput(
    "invalid_seed",
    `${path} holds no NKey user seed. Put the right one there, or remove it and start again.`,
    {
      params: { path },
      cause,
    },
  );
}

/** Reads one principal's key from a directory of seeds. @throws seed_missing, seed_exposed, invalid_seed */
export async function readKey(dir: string, principal: Principal): Promise<PrincipalKey> {
  const path = seedPath(dir, principal);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
    throw notFound(
      "seed_missing",
      `No key of ${principal} at ${path}. Start "dockfra up" once, or name the directory with --creds.`,
      {
        params: { principal, path },
        cause,
      },
    );
  });
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw invalidInput("seed_exposed", `${path} can be read by others. Run: chmod 600 ${path}`, {
      params: { path },
    });
  }
  return toKey(text, path);
}

/** Reads the keys of all principals. @throws seed_missing, seed_exposed, invalid_seed */
export async function readKeys(dir: string): Promise<PrincipalKeys> {
  const entries = await Promise.all(
    principals.map(async (principal) => [principal, await readKey(dir, principal)] as const),
  );
  return Object.fromEntries(entries) as Record<Principal, PrincipalKey>;
}

/** Makes the keys that are missing, 0600 in 0700, keeps those that are there, and reads them all. @throws seed_exposed, invalid_seed */
export async function ensureKeys(dir: string): Promise<PrincipalKeys> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  for (const principal of principals) await makeKey(dir, principal);
  return readKeys(dir);
}

async function makeKey(dir: string, principal: Principal): Promise<void> {
  const path = seedPath(dir, principal);
  if (await exists(path)) return;
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, `${decoder.decode(createUser().getSeed())}\n`, {
    mode: 0o600,
    flag: "wx",
    flush: true,
  });
  try {
    // a link never replaces, so of two starters one wins and both read the same seed
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
