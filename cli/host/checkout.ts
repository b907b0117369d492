import { mkdtemp, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { writeTrust } from "../../agents/git/trust.ts";
import type { CommandInput, CommandOutput } from "../../bus/messages/commands.ts";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import { askGit, runGit, type GitResult } from "./git.ts";

type Repo = ProjectFacts["repos"][number];

export interface CheckoutPlaces {
  readonly repo: Repo;
  /** The directory of the bare exchange repositories. */
  readonly exchangeDir: string;
}

/**
 * Brings the user's own checkout to the merged commit where that changes nothing of theirs: it is clean and on the
 * branch. Otherwise nothing is touched, and the answer is the one command that does it.
 */
export async function updateCheckout(
  input: CommandInput<"host.checkout">,
  { repo, exchangeDir }: CheckoutPlaces,
): Promise<CommandOutput<"host.checkout">> {
  const { baseBranch, commit } = input;
  const exchange = join(exchangeDir, `${input.repo}.git`);
  const no = (why: string, command: string): CommandOutput<"host.checkout"> => ({
    fastForwarded: false,
    why,
    command,
  });
  const pull = `git -C ${quote(repo.dir)} pull --ff-only ${quote(exchange)} ${quote(baseBranch)}`;

  if (
    (await askGit(repo.dir, ["merge-base", "--is-ancestor", commit, `refs/heads/${baseBranch}`])) !==
    undefined
  )
    return { fastForwarded: true };
  const branch = await askGit(repo.dir, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
  if (branch !== baseBranch)
    return no(
      `the checkout is on ${branch ?? "no branch"}, not on ${baseBranch}`,
      `git -C ${quote(repo.dir)} fetch ${quote(exchange)} ${quote(`${baseBranch}:${baseBranch}`)}`,
    );
  const unfinished = await findUnfinished(repo.dir);
  if (unfinished !== undefined) return no(`a ${unfinished} is under way in the checkout`, pull);
  const dirty = await askGit(repo.dir, ["status", "--porcelain", "--untracked-files=no"]);
  if (dirty !== "") return no("the checkout has changes that are not committed", pull);

  const fetched = await fetchTrusted(repo.dir, exchange, `refs/heads/${baseBranch}`);
  if (!fetched.ok) return no(`git could not fetch from the exchange: ${firstLine(fetched.stderr)}`, pull);
  const merged = await runGit(repo.dir, ["merge", "--quiet", "--ff-only", "--no-verify", commit]);
  if (!merged.ok) return no(`git did not fast-forward: ${firstLine(merged.stderr)}`, pull);
  return { fastForwarded: true };
}

/** Fetches from the exchange, whose files are the developer's where that is another user. */
async function fetchTrusted(dir: string, exchange: string, ref: string): Promise<GitResult> {
  const { HOME: home = homedir(), XDG_CONFIG_HOME: configHome = join(home, ".config") } = process.env;
  const scratch = await mkdtemp(join(tmpdir(), "dockfra-git-"));
  try {
    const config = join(scratch, "config");
    // the user's own configuration still says how their repository is reached
    await writeTrust(config, [exchange], [join(configHome, "git", "config"), join(home, ".gitconfig")]);
    const quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
    return await runGit(dir, ["fetch", ...quiet, "--", exchange, ref], { config });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const signs = [
  ["MERGE_HEAD", "merge"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
] as const;

async function findUnfinished(dir: string): Promise<string | undefined> {
  const gitDir = await askGit(dir, ["rev-parse", "--absolute-git-dir"]);
  if (gitDir === undefined) return "repair";
  for (const [file, what] of signs) {
    const there = await stat(join(gitDir, file)).then(
      () => true,
      () => false,
    );
    if (there) return what;
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 300) ?? "";
}

/** A word for a shell that a person pastes into. */
function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
