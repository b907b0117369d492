import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ExecaError } from "execa";
import { DockfraError, unavailable } from "../kernel/errors.ts";
import { copyFromContainer } from "./fetch-container.ts";
import { unpackDebianPackage } from "./fetch-debian.ts";
import { unpackRelease } from "./fetch-release.ts";
import { findNatsServer, toCacheDir, tooOld } from "./find.ts";
import type { NatsFetchJob, NatsFetchProgress, NatsSource } from "./source.ts";
import { isNatsVersionEnough, minimumNatsVersion, readNatsVersion, type NatsServer } from "./version.ts";

/** All ways to get nats-server, in the order they are tried. */
export const natsSources: readonly NatsSource[] = [
  { name: "release archive", fetch: unpackRelease },
  { name: "Debian package", fetch: unpackDebianPackage },
  { name: "container image", fetch: copyFromContainer },
];

export interface EnsureNatsServerOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (progress: NatsFetchProgress) => void;
  readonly signal?: AbortSignal;
  readonly sources?: readonly NatsSource[];
}

/**
 * Gives a nats-server that is new enough, fetching one into the cache when this host has none.
 * @throws `nats_server_missing` when no source could give one, with each source's reason in `reasons`
 * @throws `nats_server_too_old` when only older ones are to be had
 */
export async function ensureNatsServer({
  env = process.env,
  onProgress = () => undefined,
  signal = new AbortController().signal,
  sources = natsSources,
}: EnsureNatsServerOptions = {}): Promise<NatsServer> {
  const old: NatsServer[] = [];
  const found = await findNatsServer({ env, onTooOld: (server) => old.push(server) });
  if (found !== undefined) return found;
  const reasons: string[] = [];
  for (const source of sources) {
    signal.throwIfAborted();
    try {
      return await fetchInto(toCacheDir(env), source, { signal, onProgress });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DockfraError && error.code === "nats_server_too_old") {
        old.push({ path: source.name, version: String(error.params["version"]) });
      }
      const reason = `${source.name}: ${toReason(error)}`;
      reasons.push(reason);
      onProgress({ text: reason });
    }
  }
  const [first] = old;
  if (first !== undefined) throw tooOld(first);
  throw unavailable(
    "nats_server_missing",
    `nats-server ${minimumNatsVersion} or newer is not on this machine and could not be fetched (${reasons.join("; ")}). Connect to the internet and run "make setup", or install nats-server and name it in DOCKFRA_NATS_SERVER.`,
    { params: { minimum: minimumNatsVersion, path: "", reasons: reasons.join("; ") } },
  );
}

async function fetchInto(
  cacheDir: string,
  source: NatsSource,
  { signal, onProgress }: Omit<NatsFetchJob, "dir">,
): Promise<NatsServer> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  // Not named nats-server-*, so that nobody takes an unfinished one.
  const work = await mkdtemp(join(cacheDir, "fetching-"));
  try {
    await source.fetch({ dir: work, signal, onProgress });
    const fetched = join(work, "nats-server");
    await chmod(fetched, 0o755);
    const version = await readNatsVersion(fetched);
    if (version === undefined) throw new Error("what was fetched does not run on this machine");
    if (!isNatsVersionEnough(version)) throw tooOld({ path: source.name, version });
    const home = join(cacheDir, `nats-server-${version}`);
    await mkdir(home, { recursive: true });
    await rename(fetched, join(home, "nats-server"));
    return { path: join(home, "nats-server"), version };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A failed fetch hides why in its cause.
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  const said = error instanceof ExecaError ? toProgramReason(error) : `${error.message}${cause}`;
  return said.split("\n", 1)[0]!;
}

/** The last word of the program, for its long command line explains nothing. */
function toProgramReason({ command, exitCode, originalMessage, shortMessage, stderr }: ExecaError): string {
  const last = String(stderr ?? "")
    .trim()
    .split("\n")
    .at(-1);
  const program = command.split(" ", 1)[0] ?? "";
  if (last) return `${program}: ${last}`;
  return exitCode === undefined ? (originalMessage ?? shortMessage) : `${program} exited with ${exitCode}`;
}
