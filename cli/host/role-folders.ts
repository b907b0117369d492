import { createHash } from "node:crypto";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Role } from "../../bus/messages/principals.ts";
import { isCommandName, type ProjectCommand } from "../../agents/shell/project-commands.ts";
import { whyUnreadable } from "../../agents/tools/path-policy.ts";
import { parseMakefile, summaryOfScript } from "./role-scripts.ts";

/** One regular file of a role folder. */
export interface FolderFile {
  /** Relative to its folder. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly executable: boolean;
}

/** One of the project's folders for a role. */
export interface RoleFolder {
  readonly dir: string;
  readonly files: readonly FolderFile[];
}

/** The folders of a role with the commands that they bring; `folder` of a command is the folder's place in the list. */
export interface RoleFolders {
  readonly folders: readonly RoleFolder[];
  readonly commands: readonly ProjectCommand[];
  /** Changes when anything of it does. */
  readonly hash: string;
}

const mostFileBytes = 1024 * 1024;
const mostBytes = 16 * 1024 * 1024;
const mostFiles = 1_000;
const mostCommands = 200;
const mostDepth = 6;
const skipped: ReadonlySet<string> = new Set(["node_modules", "dockfra"]);

/**
 * Reads a project's folders for a role: `<root>/<role>`, `<root>/ssh-<role>`, `<root>/<any>/ssh-<role>`, where they have scripts
 * or a Makefile. Plain files only, without links and what looks secret; nothing is started.
 */
export async function readRoleFolders(root: string, role: Role): Promise<RoleFolders> {
  const folders: RoleFolder[] = [];
  for (const dir of await findFolders(root, role)) folders.push({ dir, files: await readFiles(dir) });
  const commands = folders.flatMap(({ files }, index) => commandsOf(files, String(index)));
  const unique = commands.filter(
    ({ name }, index) => commands.findIndex((earlier) => earlier.name === name) === index,
  );
  const hash = createHash("sha256").update(JSON.stringify(unique));
  for (const { files } of folders)
    for (const { path, bytes, executable } of files)
      hash.update(`\0${path}\0${bytes.length}\0${String(executable)}\0`).update(bytes);
  return { folders, commands: unique.slice(0, mostCommands), hash: hash.digest("hex").slice(0, 16) };
}

async function findFolders(root: string, role: Role): Promise<string[]> {
  const candidates = [join(root, role), join(root, `ssh-${role}`)];
  for (const name of await namesOf(root))
    if (!name.startsWith(".") && !skipped.has(name)) candidates.push(join(root, name, `ssh-${role}`));
  const found: string[] = [];
  for (const dir of candidates) {
    const names = await namesOf(dir);
    if (names.includes("scripts") || names.includes("Makefile")) found.push(dir);
  }
  return found;
}

/** Names of a real directory's entries; none where it is a link, or cannot be read. */
async function namesOf(dir: string): Promise<string[]> {
  try {
    if (!(await lstat(dir)).isDirectory()) return [];
    return (await readdir(dir)).toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

async function readFiles(dir: string): Promise<FolderFile[]> {
  const files: FolderFile[] = [];
  let bytesLeft = mostBytes;
  const walk = async (below: string, depth: number): Promise<void> => {
    if (depth > mostDepth) return;
    const entries = await readdir(join(dir, below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (skipped.has(entry.name) || whyUnreadable(path) !== undefined) continue;
      if (entry.isDirectory()) await walk(path, depth + 1);
      if (!entry.isFile() || files.length >= mostFiles) continue;
      const file = await readCapped(join(dir, path), Math.min(mostFileBytes, bytesLeft));
      if (!file) continue;
      bytesLeft -= file.bytes.length;
      files.push({ path, ...file });
    }
  };
  await walk("", 0);
  return files;
}

async function readCapped(
  path: string,
  mostSize: number,
): Promise<{ bytes: Buffer; executable: boolean } | undefined> {
  try {
    const { size, mode } = await stat(path);
    if (size > mostSize) return undefined;
    const bytes = await readFile(path);
    return bytes.length > mostSize ? undefined : { bytes, executable: (mode & 0o111) !== 0 };
  } catch (error) {
    // gone, or not this user's to read
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function commandsOf(files: readonly FolderFile[], folder: string): ProjectCommand[] {
  const scripts = files
    .filter(({ path }) => /^scripts\/[^/]+$/.test(path))
    .map(({ path, bytes }): ProjectCommand => ({
      name: nameOfScript(path),
      summary: summaryOfScript(bytes.subarray(0, 4_096).toString("utf8")),
      usage: "[argument...]",
      kind: "script",
      folder,
      entry: path,
    }));
  const makefile = files.find(({ path }) => path === "Makefile");
  const targets = makefile ? parseMakefile(makefile.bytes.toString("utf8")) : [];
  return [
    ...scripts,
    ...targets.map(({ target, help }): ProjectCommand => ({
      name: target.toLowerCase(),
      summary: help,
      usage: "[NAME=value...]",
      kind: "make",
      folder,
      entry: target,
    })),
  ].filter(({ name }) => isCommandName(name));
}

/** A script is called without its ending. */
function nameOfScript(path: string): string {
  return basename(path)
    .replace(/\.(?:sh|bash|py|js|mjs|ts|rb|pl)$/, "")
    .toLowerCase();
}
