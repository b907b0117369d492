import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { discoverStacks, StackCache } from "../../../stacks/discover/discover.ts";
import type { Discovery } from "../../../stacks/discover/discover.ts";

/** A directory with these files, removed when it goes out of scope. */
export interface ComposeTree extends AsyncDisposable {
  readonly root: string;
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  readonly discover: (environment?: Readonly<Record<string, string>>) => Promise<Discovery>;
}

export async function createComposeTree(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<ComposeTree> {
  const root = await mkdtemp(join(tmpdir(), "discover-"));
  const cache = new StackCache();
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  for (const [path, content] of Object.entries(files)) await write(path, content);
  return {
    root,
    write,
    discover: (environment = {}) => discoverStacks(root, { cache, environment }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}
