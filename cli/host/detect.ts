import { readdir, readFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import type { QuestionOutput } from "../../bus/messages/questions.ts";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";

type Detected = QuestionOutput<"host.detect">;

const nothing: Detected = { options: [] };
const safeConfig = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"] as const;

/** What this machine suggests for a variable; nothing for one that we know no way to find. */
export function detectValue(key: string, root: string): Promise<Detected> {
  const finder = Object.hasOwn(finders, key) ? finders[key] : undefined;
  return finder ? finder(root) : Promise.resolve(nothing);
}

const finders: Readonly<Record<string, (root: string) => Promise<Detected>>> = {
  GIT_REPO_URL: async (root) => only(withoutCredentials(await git(root, "remote", "get-url", "origin"))),
  GIT_BRANCH: async (root) => {
    const [current, all] = await Promise.all([
      git(root, "symbolic-ref", "--quiet", "--short", "HEAD"),
      git(root, "for-each-ref", "--count=50", "--format=%(refname:short)", "refs/heads"),
    ]);
    return { ...only(current), options: toOptions(all?.split("\n") ?? []) };
  },
  GIT_COMMITS_TODAY: async (root) => only(await git(root, "rev-list", "--count", "--since=midnight", "HEAD")),
  GIT_LAST_COMMIT: async (root) =>
    only(await git(root, "log", "-1", "--no-show-signature", "--format=%h %s")),
  GIT_NAME: async (root) => only(await git(root, "config", "--get", "user.name")),
  GIT_EMAIL: async (root) => only(await git(root, "config", "--get", "user.email")),
  APP_NAME: (root) => Promise.resolve(only(basename(root))),
  APP_VERSION: async (root) =>
    only((await packageVersion(root)) ?? (await git(root, "describe", "--tags", "--always"))),
  GITHUB_SSH_KEY: async () => {
    const keys = await privateKeys();
    return { ...only(keys[0]), options: toOptions(keys) };
  },
  OPENROUTER_API_KEY: () =>
    Promise.resolve(
      process.env["OPENROUTER_API_KEY"] ? { hint: "The environment has one already.", options: [] } : nothing,
    ),
  device_ip: async () => {
    const options = await neighbours();
    return { ...only(options[0]?.value), options };
  },
  device_user: () => Promise.resolve(only(userInfo().username)),
  device_port: () => Promise.resolve(only("22")),
};

function only(value: string | undefined): Detected {
  return value === undefined || value === "" ? nothing : { value, options: [{ value, label: value }] };
}

function toOptions(values: readonly string[]): Detected["options"] {
  return values.filter((value) => value !== "").map((value) => ({ value, label: value }));
}

async function git(root: string, ...args: readonly string[]): Promise<string | undefined> {
  const run = await runProgram(["git", ...safeConfig, "-C", root, ...args], {
    cwd: root,
    env: { ...pickEnvironment(["PATH", "HOME", "XDG_CONFIG_HOME"]), GIT_TERMINAL_PROMPT: "0" },
    timeoutMs: 5_000,
    maxOutputBytes: 100_000,
  });
  return run.exitCode === 0 ? run.stdout.trim() : undefined;
}

function withoutCredentials(url: string | undefined): string | undefined {
  return url?.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}

async function packageVersion(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, "package.json"), "utf8").catch(() => "");
  try {
    return z.looseObject({ version: z.string().max(100) }).safeParse(JSON.parse(text || "{}")).data?.version;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Paths of keys that have a public half beside them; their contents are not read. */
async function privateKeys(): Promise<string[]> {
  const names = await readdir(join(homedir(), ".ssh")).catch((): string[] => []);
  return names
    .filter((name) => names.includes(`${name}.pub`))
    .toSorted()
    .map((name) => `~/.ssh/${name}`);
}

/** Machines that were seen on the network, from the kernel's ARP table. */
async function neighbours(): Promise<Detected["options"]> {
  const table = await readFile("/proc/net/arp", "utf8").catch(() => "");
  return table
    .split("\n")
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[2] === "0x2" && fields[0] !== undefined)
    .map(([ip = "", , , mac = "", , device = ""]) => ({ value: ip, label: `${ip} (${mac}, ${device})` }));
}
