import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { releasesDir } from "./services.ts";

const kept = 5;

/** Notes that a release's tree is in use now. */
export async function touchRelease(dir: string): Promise<void> {
  const now = new Date();
  await utimes(dir, now, now);
}

/** Removes the trees of a stack that were not used for longest, but never those of the named commits. */
export async function pruneReleases(
  stateDir: string,
  stack: string,
  keepCommits: readonly string[],
): Promise<string[]> {
  const dir = releasesDir(stateDir, stack);
  const keep = new Set(keepCommits.map((commit) => commit.slice(0, 12)));
  const trees = await Promise.all(
    (await readdir(dir))
      .filter((name) => /^[0-9a-f]{12}$/.test(name))
      .map(async (name) => ({ name, usedMs: (await stat(join(dir, name))).mtimeMs })),
  );
  const spare = trees.filter(({ name }) => !keep.has(name)).toSorted((a, b) => b.usedMs - a.usedMs);
  const old = spare.slice(Math.max(0, kept - (trees.length - spare.length))).map(({ name }) => name);
  for (const name of old) await rm(join(dir, name), { recursive: true, force: true });
  return old;
}
