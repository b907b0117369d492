import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parsePrefix } from "../../bus/subjects.ts";
import { stateDirOf } from "./root.ts";

const line = /^[ \t]*(?:export[ \t]+)?DOCKFRA_PREFIX[ \t]*=[ \t]*["']?([^"'\s#]*)["']?[ \t]*(?:#.*)?$/m;

/** The prefix of a root: as told, as in the environment, as in its `dockfra/.env`, else `dockfra`. @throws `invalid_prefix` */
export async function prefixOf(root: string, told?: string): Promise<string> {
  const named = told ?? process.env["DOCKFRA_PREFIX"];
  return parsePrefix(named || line.exec(await readVariables(root))?.[1] || "dockfra");
}

/** Keeps a prefix for the next start: under another one the tickets of this one would not be found. */
export async function keepPrefix(root: string, prefix: string): Promise<void> {
  const text = await readVariables(root);
  const kept = line.exec(text)?.[1];
  if (kept === prefix || (kept === undefined && prefix === "dockfra")) return;
  const entry = `DOCKFRA_PREFIX=${prefix}`;
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  const next = kept === undefined ? `${text}${gap}${entry}\n` : text.replace(line, entry);
  await writeFile(envPath(root), next, { mode: 0o600 });
}

const envPath = (root: string): string => join(stateDirOf(root), ".env");

async function readVariables(root: string): Promise<string> {
  try {
    return await readFile(envPath(root), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return "";
    throw error;
  }
}
