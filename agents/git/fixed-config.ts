import { lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../bus/kernel/ids.ts";

/** How a repository of ours is used. */
export interface RepositoryUse {
  readonly bare: boolean;
  /** Whether roles that are other users read it too: then its files are everybody's to read, in a directory that is not. */
  readonly shared?: boolean;
}

const fixed = ({ bare, shared = false }: RepositoryUse): string =>
  [
    "[core]",
    "\trepositoryformatversion = 0",
    "\tfilemode = true",
    `\tbare = ${String(bare)}`,
    ...(shared ? ["\tsharedRepository = 0644"] : []),
    "\tlogallrefupdates = false",
    "\thooksPath = /dev/null",
    "\tfsmonitor = false",
    // what is merged must outlast a power cut; a clone is only a copy
    ...(bare ? ["\tfsync = committed,reference"] : []),
    ...(process.platform === "darwin" ? ["\tignorecase = true", "\tprecomposeunicode = true"] : []),
    "[gc]",
    "\tauto = 0",
    "",
  ].join("\n");

/** Files through which a repository's own git directory could make git run something or look elsewhere. */
const strays = [
  "hooks",
  "info",
  "config.worktree",
  "commondir",
  "worktrees",
  "modules",
  "objects/info/alternates",
  "objects/info/http-alternates",
];

/**
 * Puts a repository of ours back to its fixed configuration, without hooks, filters, attributes or alternates:
 * whoever wrote there since has no effect on our next git.
 */
export async function fixRepository(gitDir: string, use: RepositoryUse): Promise<void> {
  for (const stray of strays) await rm(join(gitDir, stray), { recursive: true, force: true });
  await replaceFile(join(gitDir, "config"), fixed(use), use.shared === true ? 0o644 : 0o600);
}

/** Whether this is a git directory that we can go on with: real, and no part of it led elsewhere by a link. */
export async function isSoundRepository(gitDir: string): Promise<boolean> {
  const stat = await lstat(gitDir).catch(() => undefined);
  if (!stat?.isDirectory()) return false;
  const entries = await readdir(gitDir, { withFileTypes: true });
  if (entries.some((entry) => entry.isSymbolicLink())) return false;
  return ["HEAD", "objects", "refs"].every((name) => entries.some((entry) => entry.name === name));
}

/** Writes a file by renaming, so that a link planted in its place is replaced and not followed. */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  const draft = `${path}.${newId()}`;
  await writeFile(draft, text, { flag: "wx", mode });
  await rename(draft, path);
}

/** Makes a directory that only its owner may enter. */
export async function makePrivateDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
}
