import { join } from "node:path";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { deployKeyPath, githubPin } from "../../agents/git/deploy-key.ts";
import { readEnvFile, writeEnvFile } from "../../stacks/env-file/env-file.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot } from "../place/root.ts";
import { prefixOf } from "../place/prefix.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { createPrivate, readIfThere, replacePrivate } from "../ssh/private-files.ts";
import { readArgument } from "../terminal/input.ts";
import { askLine } from "./ask.ts";

export interface GithubSetup {
  readonly repo?: string;
  readonly token?: string;
}

const repoPattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;

/** `setup github`: says which repository it is, keeps its token, and shows the deploy key to add there. @throws `github_repo_invalid` */
export async function setupGithub(invocation: Invocation<GithubSetup>): Promise<void> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const stateDir = await prepareStateDir(root);
  const path = join(stateDir, ".env");
  const known = (await readEnvFile(path)).get("GITHUB_REPO");
  const asked =
    options.repo ??
    (await askLine(screen, `Repository on GitHub as owner/name${known ? ` [${known}]` : ""}: `));
  const repo = asked ?? known;
  if (repo === undefined || !repoPattern.test(repo))
    throw invalidInput(
      "github_repo_invalid",
      `"${(repo ?? "").slice(0, 150)}" names no repository. Say which one: dockfra setup github --repo OWNER/NAME`,
      { params: { repo: (repo ?? "").slice(0, 150) } },
    );
  const told =
    options.token === undefined
      ? await askLine(screen, "Token that may read and write its issues (empty: leave as it is): ", {
          secret: true,
        })
      : (await readArgument(options.token)).trim();
  await writeEnvFile(
    path,
    new Map([["GITHUB_REPO", repo], ...(told === undefined ? [] : [["GITHUB_TOKEN", told] as const])]),
  );
  const publicKey = await ensureDeployKey(stateDir, await prefixOf(root, options.prefix));
  const page = `https://github.com/${repo}/settings/keys/new`;
  if (screen.json)
    return screen.data({ ok: true, repo, tokenSet: told !== undefined, publicKey, addKeyAt: page });
  screen.line(
    `GITHUB_REPO=${repo}${told === undefined ? "" : " and GITHUB_TOKEN"} are kept in dockfra/.env.`,
  );
  screen.line(`Add this deploy key, with write access, at ${page}:`);
  screen.line(publicKey);
}

/** Makes the key that pushes to the repository once; gives its public line. */
async function ensureDeployKey(stateDir: string, prefix: string): Promise<string> {
  const { ensurePrivateDir } = await import("../ssh/private-files.ts");
  const { makeKeyPair } = await import("../ssh/key-pair.ts");
  const dir = join(stateDir, "ssh");
  await ensurePrivateDir(dir);
  const path = deployKeyPath(stateDir);
  await pinGithub(join(dir, "known_hosts"));
  const there = await readIfThere(`${path}.pub`);
  if (there !== undefined) return there.trim();
  const pair = makeKeyPair(`${prefix}:deploy-github`);
  await createPrivate(path, pair.privateKey);
  await replacePrivate(`${path}.pub`, pair.publicKey);
  return pair.publicKey.trim();
}

/** Other lines of the file are left as they are, and this one by those who write the others. */
async function pinGithub(path: string): Promise<void> {
  const text = (await readIfThere(path)) ?? "";
  if (!text.includes(githubPin)) await replacePrivate(path, `${text}${githubPin}\n`);
}
