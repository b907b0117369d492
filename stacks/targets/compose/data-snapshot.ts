import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import type { ComposeProject } from "./compose-project.ts";

/** What is kept of a stack's data before a change. */
export interface SnapshotSpec {
  /** Volumes by their names in the compose file; each is copied as it is. */
  readonly volumes: readonly string[];
  /** A service with a program that writes its data on stdout, and one that reads it back from stdin. */
  readonly dump?: {
    readonly service: string;
    readonly command: readonly string[];
    readonly restore?: readonly string[];
  };
}

export interface SnapshotOptions {
  readonly stack: string;
  readonly projectName: string;
  readonly project: ComposeProject;
}

const keptSnapshots = 3;
const mountPoint = "/dockfra-data";

/** Copies a stack's volumes and takes its dump into a directory of its own, all or nothing. @throws `snapshot_failed` */
export async function takeSnapshot(spec: SnapshotSpec, dir: string, options: SnapshotOptions): Promise<void> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  try {
    for (const volume of spec.volumes) await copyOut(volume, join(dir, `${volume}.tar`), options);
    if (spec.dump) {
      const { service, command } = spec.dump;
      await toFile([...(await options.project.execIn(service)), ...command], join(dir, "dump"), options);
    }
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  dropOld(join(dir, ".."));
}

/** Puts copied volumes back; nothing may use them meanwhile. @throws `snapshot_failed` */
export async function restoreVolumes(
  spec: SnapshotSpec,
  dir: string,
  options: SnapshotOptions,
): Promise<void> {
  const { project, projectName } = options;
  const containers = await project.inspect();
  await project.removeContainers(containers.map(({ id }) => id));
  const [image] = containers.map(({ imageId }) => imageId);
  for (const volume of spec.volumes) {
    const file = join(dir, `${volume}.tar`);
    if (!existsSync(file) || image === undefined) continue;
    const name = `${projectName}_${volume}`;
    await project.docker("volume", "rm", "--force", "--", name);
    const labels = [`com.docker.compose.project=${projectName}`, `com.docker.compose.volume=${volume}`];
    await project.docker("volume", "create", ...labels.flatMap((label) => ["--label", label]), "--", name);
    await withHelper(name, image, options, async (helper) => {
      const run = await project.run(["cp", "--archive", "-", `${helper}:/`], { inputFile: file });
      if (run.exitCode !== 0) throw failed(options, run.stderr);
    });
  }
}

/** Reads a dump back into the running service. @throws `snapshot_failed` */
export async function restoreDump(spec: SnapshotSpec, dir: string, options: SnapshotOptions): Promise<void> {
  const file = join(dir, "dump");
  const { service, restore } = spec.dump ?? {};
  if (service === undefined || restore === undefined || !existsSync(file)) return;
  const args = [...(await options.project.execIn(service)), ...restore];
  const run = await options.project.run(args, { inputFile: file });
  if (run.exitCode !== 0) throw failed(options, run.stderr);
}

/** An engine reads a volume through a container that need not run, so the image needs no program. */
async function copyOut(volume: string, file: string, options: SnapshotOptions): Promise<void> {
  const name = `${options.projectName}_${volume}`;
  const [user] = await options.project.inspect();
  const known = await options.project.run(["volume", "inspect", "--", name]);
  // before the first release there is nothing to keep
  if (known.exitCode !== 0 || user === undefined) return;
  await withHelper(name, user.imageId, options, (helper) =>
    toFile(["cp", `${helper}:${mountPoint}`, "-"], file, options),
  );
}

async function withHelper(
  volume: string,
  image: string,
  { project }: SnapshotOptions,
  use: (helper: string) => Promise<void>,
): Promise<void> {
  const mount = `type=volume,source=${volume},target=${mountPoint},volume-nocopy`;
  const made = await project.docker("create", "--network", "none", "--mount", mount, "--", image, "true");
  const helper = made.stdout.trim();
  try {
    await use(helper);
  } finally {
    await project.docker("rm", "--force", "--", helper);
  }
}

async function toFile(args: readonly string[], file: string, options: SnapshotOptions): Promise<void> {
  const program = await options.project.start(args);
  let words = "";
  program.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-2_000)));
  await pipeline(program.stdout, createWriteStream(file, { mode: 0o600 }));
  const { exitCode } = await program.closed;
  if (exitCode !== 0) throw failed(options, words);
}

function dropOld(dir: string): void {
  const names = readdirSync(dir).toSorted(
    (a, b) => statSync(join(dir, b)).mtimeMs - statSync(join(dir, a)).mtimeMs,
  );
  for (const name of names.slice(keptSnapshots)) rmSync(join(dir, name), { recursive: true, force: true });
}

function failed({ stack }: SnapshotOptions, words: string): DockfraError {
  const reason = words.trim().split("\n").slice(-2).join(" ").slice(0, 500);
  return unavailable(
    "snapshot_failed",
    `The data of "${stack}" could not be copied: ${reason}. Correct "snapshot" in dockfra.yaml.`,
    { params: { stack, reason }, retryable: false },
  );
}
