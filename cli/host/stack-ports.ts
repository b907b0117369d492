import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DockfraError } from "../../bus/kernel/errors.ts";
import {
  parseProjectFile,
  projectFileName,
  readProjectFile,
} from "../../stacks/project-file/project-file.ts";
import type { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { readIfThere } from "../../stacks/targets/durable-file.ts";
import { askGit } from "./git.ts";
import { findRepos } from "./repos.ts";

/** Files below a stack's state in which a target or a preview says where it answers. */
const recordNames = ["compose.json", "runner.json", "device.json", "preview.json"] as const;

/** Ports on which stacks of this project answer: as dockfra.yaml says, or as their targets have written down. */
export async function readStackPorts(root: string, stateDir: string): Promise<Set<number>> {
  const projects = await readProjects(root);
  const said = projects.flatMap(({ deploy }) => Object.values(deploy).flatMap(({ url }) => url ?? []));
  return new Set([...said, ...(await recordedUrls(stateDir))].flatMap((url) => portOf(url) ?? []));
}

/** ROOT's own file, or where it has none those of its repositories' base branches. */
async function readProjects(root: string): Promise<ProjectFile[]> {
  const own = await orNothing(() => readProjectFile(root));
  if (own) return [own];
  const { repos } = await findRepos(root);
  const texts = await Promise.all(
    repos.map(({ dir, baseBranch }) =>
      askGit(dir, ["cat-file", "blob", `refs/heads/${baseBranch}:${projectFileName}`]),
    ),
  );
  const found = await Promise.all(
    texts.filter((text) => text !== undefined).map((text) => orNothing(() => parseProjectFile(text))),
  );
  return found.filter((file) => file !== undefined);
}

async function orNothing<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    // a file with a mistake is told of elsewhere; here it opens no port
    if (error instanceof DockfraError) return undefined;
    throw error;
  }
}

async function recordedUrls(stateDir: string): Promise<string[]> {
  const targets = join(stateDir, "targets");
  const stacks = await readdir(targets).catch((): string[] => []);
  return stacks.flatMap((stack) =>
    recordNames.flatMap((name) => urlsIn(readIfThere(join(targets, stack, name)))),
  );
}

const Record = z.looseObject({
  url: z.string().optional(),
  outcomes: z
    .array(z.looseObject({ outcome: z.looseObject({ url: z.string().optional() }).optional() }))
    .optional(),
});

function urlsIn(text: string | undefined): string[] {
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // half a record says nothing
    return [];
  }
  const record = Record.safeParse(value).data;
  return [record?.url, ...(record?.outcomes ?? []).map(({ outcome }) => outcome?.url)].filter(
    (url) => url !== undefined,
  );
}

function portOf(url: string): number | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, port } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
