import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import { loadComposeState } from "../../stacks/targets/compose/compose-state.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { stateDirOf } from "../place/root.ts";
import type { Screen } from "../../terminal/screen.ts";
import { removeImages } from "./images.ts";
import { ownLabels } from "./own-objects.ts";

/** What `down --purge` removed. */
export interface Purged {
  readonly stateDir: string;
  readonly volumes: number;
  readonly images: number;
}

/** Asks whether everything of Dockfra's may go. @throws `purge_unconfirmed` */
export async function confirmPurge(
  root: string,
  { yes, screen }: { readonly yes: boolean; readonly screen: Screen },
): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY && !screen.json) {
    screen.note(
      `This removes ${stateDirOf(root)} with all tickets, keys and settings, and the homes and images of the roles.`,
    );
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await lines.question('Type "purge" to go on: ');
    lines.close();
    if (answer.trim() === "purge") return;
  }
  throw invalidInput(
    "purge_unconfirmed",
    `Nothing was removed. To remove ${stateDirOf(root)}, the homes and the images of the roles, add: --yes`,
    { params: { dir: stateDirOf(root) } },
  );
}

/** Removes the state directory, volumes and images of a prefix, and the names that releases gave to images; nothing of the user's. */
export async function purge(root: string, prefix: string): Promise<Purged> {
  const stateDir = stateDirOf(root);
  const [volumes, images] = await withoutEngine(async () => {
    await removeReleaseNames(stateDir);
    return Promise.all([removeVolumes(prefix), removeImages(prefix)]);
  });
  await rm(stateDir, { recursive: true, force: true });
  return { stateDir, volumes, images };
}

async function removeVolumes(prefix: string): Promise<number> {
  const { stdout } = await runDocker(
    ["volume", "ls", "--quiet", "--filter", `label=${ownLabels.prefix}=${prefix}`],
    { timeoutMs: 30_000 },
  );
  const names = stdout.split("\n").filter((name) => name !== "");
  if (names.length > 0) await runDocker(["volume", "rm", "--force", ...names], { timeoutMs: 60_000 });
  return names.length;
}

/** An image that something runs stays, and so does one that has another name. */
async function removeReleaseNames(stateDir: string): Promise<void> {
  const dir = join(stateDir, "targets");
  const stacks = existsSync(dir) ? await readdir(dir) : [];
  const names = stacks.flatMap((stack) => {
    const { kept, current } = loadComposeState(join(dir, stack), stack);
    return [...kept, ...(current ? [current] : [])].flatMap(({ images }) => images);
  });
  for (const name of new Set(names)) await runDocker(["image", "rm", "--", name], { timeoutMs: 30_000 });
}

/** Where no engine answers there is nothing on one. */
async function withoutEngine(remove: () => Promise<[number, number]>): Promise<[number, number]> {
  try {
    return await remove();
  } catch (error) {
    if (error instanceof DockfraError) return [0, 0];
    throw error;
  }
}
