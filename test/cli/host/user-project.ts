import { execa } from "execa";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

/** A project of a user's with a real repository. */
export interface UserProject extends Scratch {
  /** Runs git in the repository, or in a directory below it. */
  readonly git: (args: readonly string[], dir?: string) => Promise<string>;
  /** Writes a file and commits everything; gives the commit. */
  readonly commit: (file: string, text: string, dir?: string) => Promise<string>;
}

const env = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "User",
  GIT_AUTHOR_EMAIL: "user@example.org",
  GIT_COMMITTER_NAME: "User",
  GIT_COMMITTER_EMAIL: "user@example.org",
};

/** Makes an empty directory with git at hand; the repository itself is made by `git(["init"])`. */
export async function makeUserProject(): Promise<UserProject> {
  const scratch = await makeScratch();
  const git = async (args: readonly string[], dir = scratch.dir): Promise<string> => {
    const { stdout } = await execa("git", ["-C", dir, ...args], { env, stdin: "ignore" });
    return stdout.trim();
  };
  return {
    ...scratch,
    git,
    commit: async (file, text, dir = scratch.dir) => {
      await scratch.write(`${dir.slice(scratch.dir.length + 1)}/${file}`.replace(/^\//, ""), text);
      await git(["add", "--all"], dir);
      await git(["commit", "--quiet", "--message", `Write ${file}`], dir);
      return git(["rev-parse", "HEAD"], dir);
    },
  };
}
