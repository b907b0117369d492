import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { unavailable } from "../kernel/errors.ts";
import { isNatsVersionEnough, minimumNatsVersion, readNatsVersion, type NatsServer } from "./version.ts";

/** Where to look for nats-server. */
export interface NatsServerPlaces {
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called for each program that was passed over because it is too old. */
  readonly onTooOld?: (server: NatsServer) => void;
}

/** The directory of the user's cache that belongs to Dockfra. */
export function toCacheDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base = env["XDG_CACHE_HOME"];
  // A relative XDG_CACHE_HOME is to be ignored, says the specification.
  return join(base && isAbsolute(base) ? base : join(env["HOME"] || homedir(), ".cache"), "dockfra");
}

/**
 * Finds a nats-server that is new enough: the one `DOCKFRA_NATS_SERVER` names, else one on PATH, else the newest
 * in the cache.
 * @throws `nats_server_unusable`, `nats_server_too_old` when `DOCKFRA_NATS_SERVER` names one that cannot be used
 */
export async function findNatsServer({ env = process.env, onTooOld }: NatsServerPlaces = {}): Promise<
  NatsServer | undefined
> {
  const named = env["DOCKFRA_NATS_SERVER"];
  if (named) return await useNamed(resolve(named));
  const candidates = [...toPathCandidates(env["PATH"]), ...(await listCached(toCacheDir(env)))];
  for (const path of candidates) {
    const version = (await isExecutable(path)) ? await readNatsVersion(path) : undefined;
    if (version === undefined) continue;
    if (isNatsVersionEnough(version)) return { path, version };
    onTooOld?.({ path, version });
  }
  return undefined;
}

async function useNamed(path: string): Promise<NatsServer> {
  const version = (await isExecutable(path)) ? await readNatsVersion(path) : undefined;
  if (version === undefined) {
    throw unavailable(
      "nats_server_unusable",
      `DOCKFRA_NATS_SERVER names "${path}", which is no nats-server that runs here. Correct it, or unset it to have one fetched.`,
      { params: { path }, retryable: false },
    );
  }
  if (!isNatsVersionEnough(version)) throw tooOld({ path, version });
  return { path, version };
}

/** The error for a nats-server that would accept schedules and never fire them. */
export function tooOld({ path, version }: NatsServer): Error {
  return unavailable(
    "nats_server_too_old",
    `nats-server ${version} at "${path}" is too old; ${minimumNatsVersion} or newer is needed. Replace it, or run "make setup" with DOCKFRA_NATS_SERVER unset.`,
    { params: { path, version, minimum: minimumNatsVersion }, retryable: false },
  );
}

function toPathCandidates(path: string | undefined): string[] {
  const directories = (path ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  return directories.map((directory) => join(directory, "nats-server"));
}

async function listCached(cacheDir: string): Promise<string[]> {
  const names = await readdir(cacheDir).catch((): string[] => []);
  return names
    .filter((name) => name.startsWith("nats-server-"))
    .toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(cacheDir, name, "nats-server"));
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
