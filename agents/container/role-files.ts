import { watch, type FSWatcher } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What sshd and the shell need of what the host hands to a role. */
export const shellFiles = [
  "host_ed25519",
  "authorized_keys",
  "known_hosts",
  "id_ed25519_manager",
  "id_ed25519_developer",
  "id_ed25519_monitor",
  "id_ed25519_autopilot",
] as const;
export type ShellFile = (typeof shellFiles)[number];

/** The files that are there, by name. */
export type ShellFiles = Readonly<Partial<Record<ShellFile, string>>>;

/** Reads them as they are now; one that the host has not written is left out. */
export async function readShellFiles(roleDir: string): Promise<ShellFiles> {
  const entries = await Promise.all(
    shellFiles.map(async (name) => [name, await readIfThere(join(roleDir, "ssh", name))] as const),
  );
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES"))
      return undefined;
    throw error;
  }
}

const pollMs = 2_000;
const gatherMs = 100;

/** Calls back soon after something may have changed, and every two seconds: not every file system tells. Must not throw. */
export function watchRoleFiles(roleDir: string, onMaybe: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  let soon: NodeJS.Timeout | undefined;
  const gather = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      if (!signal.aborted) onMaybe();
    }, gatherMs);
  };
  const watchers = [roleDir, join(roleDir, "ssh")].flatMap((dir) => openWatch(dir, gather) ?? []);
  const timer = setInterval(onMaybe, pollMs);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(timer);
      clearTimeout(soon);
      for (const watcher of watchers) watcher.close();
    },
    { once: true },
  );
}

/** `undefined` where the system cannot watch: then looking regularly has to do. */
function openWatch(dir: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, onChange);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
