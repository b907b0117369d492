import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import { shellWord } from "../../locales/render.ts";
import { BranchName } from "../../bus/messages/ticket.ts";
import { askGit } from "./git.ts";

type Repo = ProjectFacts["repos"][number];
type Problem = ProjectFacts["problems"][number];

export interface FoundRepos {
  readonly repos: Repo[];
  readonly problems: Problem[];
}

const maxDepth = 3;
const skipped = new Set(["node_modules", "vendor", "dockfra", "__pycache__"]);

/** Finds the git repositories at ROOT and up to three directories below it, with the branch that tickets start from. */
export async function findRepos(root: string): Promise<FoundRepos> {
  const dirs = await findWorkTrees(root, 0);
  const repos: Repo[] = [];
  const problems: Problem[] = [];
  const names = new Set<string>();
  for (const dir of dirs.toSorted()) {
    const base = await findBaseBranch(dir);
    if ("problem" in base) {
      problems.push({ file: relative(root, dir) || ".", message: base.problem });
      continue;
    }
    repos.push({ name: nameRepo(dir, names), dir, baseBranch: base.branch });
  }
  if (dirs.length === 0) problems.push(await explainNoRepo(root));
  return { repos, problems };
}

async function findWorkTrees(dir: string, depth: number): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(dir, { withFileTypes: true });
  } catch (error) {
    // a directory that this user may not list holds nothing for them
    if (error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "ENOENT"))
      return [];
    throw error;
  }
  const found = entries.some((entry) => entry.name === ".git") ? [dir] : [];
  if (depth >= maxDepth) return found;
  const below = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name),
  );
  const nested = await Promise.all(below.map((entry) => findWorkTrees(join(dir, entry.name), depth + 1)));
  return [...found, ...nested.flat()];
}

async function findBaseBranch(dir: string): Promise<{ branch: string } | { problem: string }> {
  if ((await askGit(dir, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])) === undefined)
    return {
      problem: `The git repository has no commit that can be read. Commit its files (dockfra git-init does), or mend it.`,
    };
  const current = await askGit(dir, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
  const branch = current && !current.startsWith("dockfra/") ? current : await findDefaultBranch(dir);
  if (branch === undefined)
    return { problem: "No branch is checked out and none is the default. Check one out: git switch main" };
  if (!BranchName.safeParse(branch).success)
    return {
      problem: `The branch "${branch}" has a name that tickets cannot use. Check out a branch of letters, digits and ./_-`,
    };
  return { branch };
}

async function findDefaultBranch(dir: string): Promise<string | undefined> {
  const remote = await askGit(dir, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
  const candidates = [...(remote ? [remote.replace(/^origin\//, "")] : []), "main", "master"];
  for (const branch of candidates)
    if ((await askGit(dir, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`])) !== undefined)
      return branch;
  return undefined;
}

async function explainNoRepo(root: string): Promise<Problem> {
  const top = await askGit(root, ["rev-parse", "--show-toplevel"]);
  return top === undefined
    ? {
        file: ".",
        message: "There is no git repository here, and tickets need one. Make it with: dockfra git-init",
      }
    : {
        file: ".",
        message: `The git repository begins above, at ${top}. Run Dockfra there: dockfra --root ${shellWord(top)}`,
      };
}

/** A directory's name as a repository's: small letters, digits, `-` and `_`; a second one gets its parent's name in front. */
function nameRepo(dir: string, taken: Set<string>): string {
  const plain = toName(basename(dir));
  const candidates = [plain, toName(`${basename(dirname(dir))}-${plain}`)];
  let name = candidates.find((candidate) => !taken.has(candidate));
  for (let number = 2; name === undefined; number++) {
    const candidate = `${plain.slice(0, 58)}-${number}`;
    if (!taken.has(candidate)) name = candidate;
  }
  taken.add(name);
  return name;
}

/** Makes a name that Compose and the bus allow out of any text. */
export function toName(text: string): string {
  const name = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63);
  return name === "" ? "project" : name;
}
