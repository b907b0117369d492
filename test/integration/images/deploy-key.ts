import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { deployKeyCommand, deployKeyPath } from "../../../agents/git/deploy-key.ts";
import { cloneApp } from "../../../cli/containers/clone-app.ts";
import { setupGithub } from "../../../cli/setup/github.ts";
import { createScreen } from "../../../terminal/screen.ts";
import { makeScratch } from "../../support/scratch.ts";
import type { RoleContainers } from "./role-containers.ts";

const quiet = { write: () => true };
const person = ["-c", "user.name=a", "-c", "user.email=a@example.org"];

/** Clones, pushes and fetches a repository in a role's container with the deploy key of `setup github` alone. */
export async function tryDeployKey(crew: RoleContainers): Promise<void> {
  // a place that a shell and ssh would both take for more than one word, or for one of their own
  await using scratch = await makeScratch();
  const root = scratch.path("my 50%h shop");
  const stateDir = join(root, "dockfra");
  const invocation = <O extends object>(options: O) => ({
    options: { ...options, root },
    screen: createScreen({ json: true, out: quiet, err: quiet }),
    signal: new AbortController().signal,
  });
  await scratch.write("my 50%h shop/README.md", "the shop\n");
  await setupGithub(invocation({ repo: "acme/shop", token: "t" }));
  const url = `ssh://manager@127.0.0.1:${crew.ports.manager}/home/manager/shop.git`;
  await writeFile(join(stateDir, ".env"), `GIT_REPO_URL=${url}\nGIT_BRANCH=main\n`);
  const known = join(stateDir, "ssh", "known_hosts");
  const pins = await readFile(known, "utf8");
  expect(pins).toMatch(/^github\.com ssh-ed25519 /m);

  await crew.as(
    "manager",
    10_001,
    "git",
    "init",
    "--bare",
    "--initial-branch=main",
    "/home/manager/shop.git",
  );
  // the container's agent hands it to sshd
  const allowed = join(crew.stateDir, "roles/manager/ssh/authorized_keys");
  await appendFile(allowed, `restrict ${await readFile(`${deployKeyPath(stateDir)}.pub`, "utf8")}`);
  await expect(cloneApp(invocation({}))).rejects.toMatchObject({
    code: "clone_failed",
    params: { why: "Host key verification failed." },
  });
  await writeFile(known, pins + (await readFile(join(crew.stateDir, "ssh/known_hosts"), "utf8")));

  // nothing of the person's own: no agent, no key
  const env = { HOME: scratch.path("home"), SSH_AUTH_SOCK: "", GIT_CONFIG_NOSYSTEM: "1" };
  const git = (dir: string, ...args: readonly string[]) =>
    execa("git", ["-C", dir, ...args], { env, reject: false });
  const source = scratch.path("source");
  await scratch.write("source/hello.txt", "hello\n");
  await git(source, "init", "--quiet", "--initial-branch=main");
  await git(source, "config", "core.sshCommand", (await deployKeyCommand(stateDir, url)) ?? "");
  await git(source, "add", "-A");
  await git(source, ...person, "commit", "--quiet", "-m", "one");
  await expect
    .poll(async () => (await git(source, "push", url, "main")).exitCode, { timeout: 30_000, interval: 500 })
    .toBe(0);

  await cloneApp(invocation({}));
  const app = join(root, "app");
  expect(await readFile(join(app, "hello.txt"), "utf8")).toBe("hello\n");
  await git(app, ...person, "commit", "--quiet", "--allow-empty", "-m", "two");
  expect(await git(app, "push")).toMatchObject({ exitCode: 0 });
  expect(await git(app, "fetch")).toMatchObject({ exitCode: 0 });
  const log = await crew.as(
    "manager",
    10_001,
    "git",
    "-C",
    "/home/manager/shop.git",
    "log",
    "--format=%s",
    "main",
  );
  expect(log.stdout).toBe("two\none");

  // a host that is another one now gets nothing
  await writeFile(known, pins);
  expect(await git(app, "push")).toMatchObject({ exitCode: 128, stderr: expect.stringMatching(/Host key/) });
  await rm(app, { recursive: true });
}
