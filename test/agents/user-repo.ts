import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { openWorkspace, type Repo, type Workspace } from "../../agents/git/workspace.ts";

/** A user's project with git, and a state directory beside it; gone when disposed. */
export class UserRepo implements AsyncDisposable {
  readonly top: string;
  readonly dir: string;
  readonly stateDir: string;
  readonly repo: Repo;

  constructor(top: string) {
    this.top = top;
    this.dir = join(top, "project");
    this.stateDir = join(this.dir, "dockfra");
    this.repo = { name: "project", dir: this.dir, baseBranch: "main" };
  }

  /** Runs git as the user would; gives its stdout. */
  async git(...args: string[]): Promise<string> {
    const identity = ["-c", "user.name=User", "-c", "user.email=user@example.org"];
    const env = { PATH: process.env["PATH"], HOME: this.top, GIT_CONFIG_NOSYSTEM: "1" };
    return (await execa("git", [...identity, ...args], { cwd: this.dir, env, extendEnv: false })).stdout;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.dir, path)), { recursive: true });
      await writeFile(join(this.dir, path), text);
    }
  }

  /** Commits files on the present branch and gives the commit. */
  async commit(files: Readonly<Record<string, string>>, subject = "Change"): Promise<string> {
    await this.write(files);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", subject);
    return this.git("rev-parse", "HEAD");
  }

  open(instance = "dev-1", lane: "work" | "merge" = "work"): Promise<Workspace> {
    return openWorkspace({ stateDir: this.stateDir, instance, repo: this.repo, lane });
  }

  get exchange(): string {
    return join(this.stateDir, "exchange", "project.git");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.top, { recursive: true, force: true });
  }
}

/** Makes a project whose branch `main` has one commit with the given files. */
export async function createUserRepo(
  files: Readonly<Record<string, string>> = { "hello.txt": "hello\n" },
): Promise<UserRepo> {
  const user = new UserRepo(await realpath(await mkdtemp(join(tmpdir(), "dockfra-git-"))));
  await mkdir(user.dir, { recursive: true });
  await user.git("init", "--quiet", "--initial-branch", "main");
  await user.commit({ ...files, ".gitignore": "/dockfra/\n*.ignored\n" }, "Start");
  return user;
}

/** A diff that replaces the only line of a text file. */
export function replaceLine(path: string, from: string, to: string): string {
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    "@@ -1 +1 @@",
    `-${from}`,
    `+${to}`,
    "",
  ].join("\n");
}
