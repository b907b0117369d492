import { access } from "node:fs/promises";
import { join } from "node:path";
import { readEnvFile } from "../../stacks/env-file/env-file.ts";

/** A project whose code is still elsewhere: it has an address of it and no app folder. */
export interface VirtualDeveloper {
  readonly url: string;
  readonly branch: string;
  /** Where the code will be. */
  readonly dir: string;
}

/** Finds whether a root's app is still to be cloned. */
export async function findVirtualDeveloper(
  root: string,
  stateDir: string,
): Promise<VirtualDeveloper | undefined> {
  const dir = join(root, "app");
  const there = await access(dir).then(
    () => true,
    () => false,
  );
  if (there) return undefined;
  const { url, branch } = await readAppSource(stateDir);
  return url === undefined ? undefined : { url: withoutSecret(url), branch, dir };
}

/** `GIT_REPO_URL` and `GIT_BRANCH` of the environment or `dockfra/.env`. */
export async function readAppSource(
  stateDir: string,
): Promise<{ readonly url?: string; readonly branch: string }> {
  const file = await readEnvFile(join(stateDir, ".env"));
  const url = process.env["GIT_REPO_URL"] || file.get("GIT_REPO_URL");
  const branch = process.env["GIT_BRANCH"] || file.get("GIT_BRANCH") || "main";
  return { branch, ...(url ? { url } : {}) };
}

/** An address without what it may hold of a password. */
export function withoutSecret(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^@/]*@/i, "$1");
}
