import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../bus/kernel/log.ts";
import { roles, type Role } from "../../bus/messages/principals.ts";
import { listProjectCommands, projectListName } from "../../agents/shell/project-commands.ts";
import { replaceFile } from "../../agents/git/fixed-config.ts";
import { readRoleFolders } from "./role-folders.ts";

export interface RoleFolderOptions {
  readonly root: string;
  readonly stateDir: string;
}

/** Where a role's container finds the project's own commands; `/run/dockfra/role/project` there. */
export function projectCommandsDir(stateDir: string, role: Role): string {
  return join(stateDir, "roles", role, "project");
}

const program = "/opt/dockfra/agents/shell/bin/dockfra-role";

/** Copies a project's folders for a role to where its container sees them; true where something had changed. */
export async function copyRoleFolders(role: Role, { root, stateDir }: RoleFolderOptions): Promise<boolean> {
  const { folders, commands, hash } = await readRoleFolders(root, role);
  const dir = projectCommandsDir(stateDir, role);
  const before = await readdir(dir).catch((): string[] => []);
  if (before.includes(hash) && before.includes(projectListName)) return false;
  if (commands.length === 0 && before.length === 0) return false;
  const last = (await listProjectCommands(dir))[0]?.folder.split("/")[0];
  const copy = join(dir, hash);
  await mkdir(copy, { recursive: true });
  for (const [index, { files }] of folders.entries())
    for (const { path, bytes, executable } of files) {
      const target = join(copy, String(index), path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
      await chmod(target, executable ? 0o755 : 0o644);
    }
  const listed = commands.map((command) => ({ ...command, folder: `${hash}/${command.folder}` }));
  await replaceFile(join(dir, projectListName), JSON.stringify(listed));
  await chmod(join(dir, projectListName), 0o644);
  await writePrograms(
    join(dir, "bin"),
    listed.map(({ name }) => name),
  );
  await openForOthers(dir);
  // one copy back stays: a command of it may still run
  for (const name of before)
    if (/^[0-9a-f]{16}$/.test(name) && name !== hash && name !== last)
      await rm(join(dir, name), { recursive: true, force: true });
  return true;
}

/** One small program for each command, for the shell's PATH. */
async function writePrograms(dir: string, names: readonly string[]): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const name of await readdir(dir))
    if (!names.includes(name)) await rm(join(dir, name), { force: true });
  for (const name of names) {
    await writeFile(join(dir, name), `#!/bin/sh\nexec ${program} ${name} "$@"\n`);
    await chmod(join(dir, name), 0o755);
  }
}

/** The shell's user is another than the one who writes; around it, the state directory lets nobody else in. */
async function openForOthers(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true }))
    if (entry.isDirectory()) await openForOthers(join(dir, entry.name));
}

export interface KeepRoleFoldersOptions extends RoleFolderOptions {
  /** Whether roles have containers now; processes have no shells. */
  readonly inContainers: () => boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Keeps the copies as the project is, until the signal. */
export async function keepRoleFolders(options: KeepRoleFoldersOptions): Promise<void> {
  const { inContainers, log, signal, everyMs = 5_000 } = options;
  while (!signal.aborted) {
    if (inContainers())
      for (const role of roles)
        try {
          if (await copyRoleFolders(role, options)) log.info({ role }, "the project's commands were copied");
        } catch (error) {
          log.warn({ role, err: error }, "the project's commands could not be copied");
        }
    await sleep(everyMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
