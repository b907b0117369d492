import { lstatSync, readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Facts, PathFacts } from "../facts.ts";

const maxPaths = 500;

/** Looks at the paths of the host that a stack's mounts and env files name; those that we may not see are left out. */
export function lookAtPaths(
  facts: Pick<Facts, "containers" | "model" | "refusal">,
): ReadonlyMap<string, PathFacts> {
  const { containers, model, refusal } = facts;
  const services = Object.values(model?.services ?? {});
  const mounted = [
    ...containers.flatMap(({ mounts }) =>
      mounts.flatMap(({ type, source }) => (type === "bind" ? [source] : [])),
    ),
    ...services.flatMap(({ volumes }) =>
      volumes.flatMap(({ type, source }) => (type === "bind" ? (source ?? []) : [])),
    ),
  ];
  const named = refusal.flatMap((line) => /env file (\S.*?) not found/.exec(line)?.[1] ?? []);
  const examples = [...mounted, ...named].flatMap((path) =>
    [".example", ".sample", ".dist", ".template"].map((ending) => `${path}${ending}`),
  );
  const inside = containers.flatMap(({ error, mounts, log }) =>
    pathsInMounts(`${error}\n${log.slice(-5).join("\n")}`, mounts),
  );
  const paths = new Set(
    [...mounted, ...named, ...examples, ...inside].filter((path) => path.startsWith("/")),
  );
  const found = [...paths].slice(0, maxPaths).flatMap((path) => {
    const seen = lookAt(path);
    return seen === undefined ? [] : [[path, seen] as const];
  });
  return new Map(found);
}

/** Files below bind mounts that a message names. */
function pathsInMounts(text: string, mounts: Facts["containers"][number]["mounts"]): string[] {
  return mounts.flatMap(({ type, source, target }) => {
    if (type !== "bind") return [];
    return [...text.matchAll(/\/[\w.@+/-]+/g)].flatMap(([path]) =>
      path === target || path.startsWith(`${target}/`) ? [`${source}${path.slice(target.length)}`] : [],
    );
  });
}

/** What is at a path; `undefined` where that cannot be seen from here. */
export function lookAt(path: string): PathFacts | undefined {
  try {
    const stats = statSync(path);
    const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
    const { mode, uid, gid } = stats;
    return {
      ...{ kind, mode: mode & 0o7777, uid, gid },
      ...(kind === "directory" ? { empty: isEmpty(path) } : {}),
    };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    // in a container other places of the host look empty: only what our view has the parent of is missing
    return error.code === "ENOENT" && lstatSync(dirname(path), { throwIfNoEntry: false })
      ? { kind: "missing" }
      : undefined;
  }
}

function isEmpty(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    // what cannot be listed is not taken for empty
    return false;
  }
}
