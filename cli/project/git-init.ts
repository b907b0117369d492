import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { conflict, unavailable } from "../../bus/kernel/errors.ts";
import { askGit, runGit } from "../host/git.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot } from "../place/root.ts";

/** `git-init`: one repository at the root, with everything that is not ignored in a first commit. */
export async function gitInit(invocation: Invocation<object>): Promise<void> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const did = await initRepository(root);
  if (screen.json) return screen.data({ ok: true, root, did });
  for (const line of did) screen.line(line);
}

/** What must never be in a repository, and is not ignored yet in a project without one. */
const secrets = [".env", ".env.*", "!.env.example"] as const;

/** Makes a repository of a directory that is in none, and says step by step what it did. @throws `already_repository`, `git_refused` */
export async function initRepository(root: string): Promise<string[]> {
  const top = await askGit(root, ["rev-parse", "--show-toplevel"]);
  const hasCommit =
    top !== undefined && (await askGit(root, ["rev-parse", "--verify", "--quiet", "HEAD"])) !== undefined;
  if (top !== undefined && (top !== root || hasCommit))
    throw conflict(
      "already_repository",
      `${root} is in the git repository ${top} already. Nothing was changed.`,
      { params: { root, top } },
    );
  const did: string[] = [];
  if (top === undefined) {
    await mustGit(root, ["init", "--quiet", "--initial-branch=main"]);
    did.push(`Made a git repository in ${root}, branch main.`);
  }
  const added = await ignoreSecrets(root);
  if (added.length > 0)
    did.push(`Wrote ${added.join(", ")} into .gitignore, so that secrets stay out of the repository.`);
  await mustGit(root, ["add", "--all", "--", "."]);
  await mustGit(root, [
    ...(await identity(root)),
    "commit",
    "--quiet",
    "--allow-empty",
    "--no-verify",
    "--message",
    "Begin with the project as it is",
  ]);
  const files = (await askGit(root, ["ls-files"]))?.split("\n").filter((name) => name !== "").length ?? 0;
  did.push(`Committed ${files} files. Undo all of it by removing ${join(root, ".git")}.`);
  return did;
}

async function ignoreSecrets(root: string): Promise<string[]> {
  const path = join(root, ".gitignore");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  const lines = new Set(text.split("\n").map((line) => line.trim()));
  const missing: string[] = secrets.filter((line) => !lines.has(line));
  if (missing.length === 0) return [];
  await writeFile(path, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`);
  return missing;
}

/** A committer for a machine where nobody said who they are. */
async function identity(root: string): Promise<string[]> {
  const known = await askGit(root, ["var", "GIT_COMMITTER_IDENT"]);
  const email = await askGit(root, ["config", "user.email"]);
  return known !== undefined && email
    ? []
    : ["-c", "user.name=Dockfra", "-c", "user.email=dockfra@localhost"];
}

async function mustGit(root: string, args: readonly string[]): Promise<void> {
  const { ok, stderr } = await runGit(root, args, { timeoutMs: 300_000 });
  if (ok) return;
  const why = stderr.trim().slice(0, 500);
  const command = args.find((word) => !word.startsWith("-") && !word.includes("=")) ?? "";
  throw unavailable("git_refused", `git ${command} failed in ${root}: ${why}. Mend that and try again.`, {
    params: { command, root, why },
    retryable: false,
  });
}
