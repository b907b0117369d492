import type { DiffStats } from "../../bus/messages/ticket.ts";
import type { z } from "zod";
import type { Git } from "./git.ts";

const plain = [
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-renames",
  "--ignore-submodules=none",
] as const;

/** The change between two commits as a diff that `git apply` takes; renames are a deletion and an addition. */
export async function diffText(git: Git, from: string, to: string): Promise<string> {
  return git.run(["diff", ...plain, "--full-index", "--src-prefix=a/", "--dst-prefix=b/", from, to, "--"]);
}

/** Files and lines of a change; a binary file counts no lines. */
export async function diffStats(git: Git, from: string, to: string): Promise<z.infer<typeof DiffStats>> {
  const out = await git.run(["diff", ...plain, "--numstat", "-z", from, to, "--"]);
  let insertions = 0;
  let deletions = 0;
  const files: string[] = [];
  for (const entry of out.split("\0")) {
    const [added, deleted, ...path] = entry.split("\t");
    if (path.length === 0) continue;
    files.push(path.join("\t"));
    insertions += Number(added) || 0;
    deletions += Number(deleted) || 0;
  }
  return { files: files.slice(0, 2_000), insertions, deletions };
}

/** One changed path of a tree, with its modes as git writes them; `000000` where it is not there. */
export interface ChangedEntry {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
}

/** Lists what differs between two trees, by path. */
export async function changedEntries(git: Git, from: string, to: string): Promise<ChangedEntry[]> {
  const parts = (await git.run(["diff-tree", "-r", "-z", "--raw", "--no-renames", from, to])).split("\0");
  const entries: ChangedEntry[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [oldMode = "", newMode = ""] = (parts[at] ?? "").slice(1).split(" ");
    entries.push({ path: parts[at + 1] ?? "", oldMode, newMode });
  }
  return entries;
}
