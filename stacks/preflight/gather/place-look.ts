import { statfs } from "node:fs/promises";
import type { PathFacts } from "../../diagnose/facts.ts";
import { lookAt } from "../../diagnose/gather/path-facts.ts";
import { isInside } from "../../discover/source-files.ts";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import type { DiskFacts } from "../facts.ts";
import type { ResolvedModel } from "../resolved-model.ts";
import { dockerfilePath, examplesOf } from "../rules/paths.ts";
import { standIn } from "./resolve.ts";

const mostPaths = 2_000;

/**
 * Looks at every path of this machine that stacks name.
 * @param seenDirs what of the machine can be seen from here; absent for all of it
 */
export function lookAtPlaces(
  models: readonly ResolvedModel[],
  seenDirs?: readonly string[],
): ReadonlyMap<string, PathFacts> {
  const named = models.flatMap(pathsOf);
  const paths = new Set([...named, ...named.flatMap(examplesOf)]);
  return new Map(
    [...paths]
      .filter((path) => path.startsWith("/") && !path.includes(standIn))
      .filter((path) => seenDirs === undefined || seenDirs.some((dir) => isInside(dir, path)))
      .slice(0, mostPaths)
      .flatMap((path) => {
        const seen = lookAt(path);
        return seen === undefined ? [] : [[path, seen] as const];
      }),
  );
}

function pathsOf({ services, configs, secrets }: ResolvedModel): string[] {
  const sources = [...Object.values(configs), ...Object.values(secrets)];
  return [
    ...sources.flatMap((one) => one?.file ?? []),
    ...Object.values(services).flatMap(({ volumes, env_file, build }) => [
      ...(volumes ?? []).flatMap(({ type, source }) => (type === "bind" ? (source ?? []) : [])),
      ...(env_file ?? []).map(({ path }) => path),
      ...(build ? [build.context, ...Object.values(build.additional_contexts ?? {})] : []).flatMap(
        (path) => path ?? [],
      ),
      ...[build ? dockerfilePath(build.context, build.dockerfile) : undefined].flatMap((path) => path ?? []),
    ]),
  ];
}

/** Looks how much room the engine has; undefined where its disk cannot be seen from here. */
export async function lookAtDisk(inContainer: boolean): Promise<DiskFacts | undefined> {
  const run = await runDocker(["info", "--format", "{{.DockerRootDir}}"], { timeoutMs: 15_000 });
  const dir = run.stdout.trim();
  if (run.exitCode !== 0 || !dir.startsWith("/")) return undefined;
  try {
    // the root of a container is on the engine's own disk
    const { bavail, blocks, bsize } = await statfs(inContainer ? "/" : dir);
    return { path: dir, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
