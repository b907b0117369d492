import { readdir, readFile } from "node:fs/promises";
import { homedir, hostname, userInfo } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import type { QuestionOutput } from "../../bus/messages/questions.ts";
import { readEnvFile } from "../env-file/env-file.ts";
import { gitOf } from "./git-facts.ts";
import { hostRoutes, neighbours } from "./network-facts.ts";

/** What a machine suggests: one value, and all that could be meant. */
export type Detected = QuestionOutput<"host.detect">;

const nothing: Detected = { options: [] };

/** Keys of models that people keep in their environment or in `~/.getv/llm/`; the file is named after the vendor. */
export const llmKeyFiles = {
  OPENROUTER_API_KEY: "openrouter",
  OPENAI_API_KEY: "openai",
  ANTHROPIC_API_KEY: "anthropic",
  GROQ_API_KEY: "groq",
  MISTRAL_API_KEY: "mistral",
  GEMINI_API_KEY: "gemini",
} as const;

export interface HostPlace {
  readonly root: string;
  /** Default: the user's own. */
  readonly home?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What this machine suggests for a key of the closed list; nothing for one that we know no way to find. */
export function detectOnHost(key: string, place: HostPlace): Promise<Detected> {
  const finder = Object.hasOwn(finders, key) ? finders[key] : undefined;
  return finder ? finder({ home: homedir(), environment: process.env, ...place }) : Promise.resolve(nothing);
}

type Finder = (place: Required<HostPlace>) => Promise<Detected>;

const finders: Readonly<Record<string, Finder>> = {
  GIT_REPO_URL: async ({ root }) =>
    only(withoutCredentials(await gitOf(root, "remote", "get-url", "origin"))),
  GIT_BRANCH: async ({ root }) => {
    const [current, all] = await Promise.all([
      gitOf(root, "symbolic-ref", "--quiet", "--short", "HEAD"),
      gitOf(root, "for-each-ref", "--count=50", "--format=%(refname:short)", "refs/heads"),
    ]);
    return { ...only(current), options: toOptions(all?.split("\n") ?? []) };
  },
  GIT_COMMITS_TODAY: async ({ root }) =>
    only(await gitOf(root, "rev-list", "--count", "--since=midnight", "HEAD")),
  GIT_LAST_COMMIT: async ({ root }) =>
    only(await gitOf(root, "log", "-1", "--no-show-signature", "--format=%h %s")),
  GIT_NAME: async ({ root }) => only(await gitOf(root, "config", "--get", "user.name")),
  GIT_EMAIL: async ({ root }) => only(await gitOf(root, "config", "--get", "user.email")),
  git_tag: async ({ root }) => only(await gitOf(root, "describe", "--tags", "--abbrev=0")),
  git_commit: async ({ root }) => only(await gitOf(root, "rev-parse", "--short", "HEAD")),
  APP_NAME: ({ root }) => Promise.resolve(only(basename(root))),
  APP_VERSION: async ({ root }) =>
    only((await packageVersion(root)) ?? (await gitOf(root, "describe", "--tags", "--always"))),
  GITHUB_SSH_KEY: async ({ home }) => {
    const keys = await privateKeys(home);
    return { ...only(keys[0]), options: toOptions(keys) };
  },
  OPENROUTER_API_KEY: ({ environment }) =>
    Promise.resolve(
      environment["OPENROUTER_API_KEY"] ? { hint: "The environment has one already.", options: [] } : nothing,
    ),
  ...Object.fromEntries(
    Object.entries(llmKeyFiles).map(([name, file]): [string, Finder] => [
      `llm_key:${name}`,
      (place) => llmKeys(name, file, place),
    ]),
  ),
  timezone: () => Promise.resolve(only(Intl.DateTimeFormat().resolvedOptions().timeZone)),
  uid: () => Promise.resolve(only(String(userInfo().uid))),
  gid: () => Promise.resolve(only(String(userInfo().gid))),
  host_name: () => Promise.resolve(only(hostname())),
  domain: () => Promise.resolve(only(domainOf(hostname()))),
  network_routes: async () => ({ options: await hostRoutes() }),
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

function withoutCredentials(url: string | undefined): string | undefined {
  return url?.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}

/** The part behind the first dot; a name without one is in no domain. */
function domainOf(name: string): string | undefined {
  const rest = name.split(".").slice(1);
  return rest.length > 0 && rest.every((part) => part !== "") ? rest.join(".") : undefined;
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
async function privateKeys(home: string): Promise<string[]> {
  const names = await readdir(join(home, ".ssh")).catch((): string[] => []);
  return names
    .filter((name) => names.includes(`${name}.pub`))
    .toSorted()
    .map((name) => `~/.ssh/${name}`);
}

/** The label says where a key is from: `environment`, or the file. */
async function llmKeys(
  name: string,
  file: string,
  { home, environment }: Required<HostPlace>,
): Promise<Detected> {
  const label = `~/.getv/llm/${file}.env`;
  // a file that cannot be read suggests nothing
  const kept = await readEnvFile(join(home, ".getv", "llm", `${file}.env`)).catch(
    () => new Map<string, string>(),
  );
  const options = [
    { value: environment[name]?.trim() ?? "", label: "environment" },
    { value: (kept.get(name) ?? "").trim(), label },
  ].filter(({ value }) => value !== "");
  const [first] = options;
  return first === undefined ? nothing : { value: first.value, options };
}
