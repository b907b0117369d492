import { z } from "zod";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";
import { composeWords, type LaunchPlace } from "./place.ts";
import { namedParts } from "../discover/named-parts.ts";

const Service = z.looseObject({
  build: z.unknown().optional(),
  image: z.string().optional(),
  container_name: z.string().optional(),
});
const External = z.looseObject({ name: z.string().optional(), external: z.boolean().default(false) });

/** What `docker compose config` makes of a project, as far as a launch depends on it. */
export const ResolvedProject = z.looseObject({
  name: z.string(),
  services: namedParts(Service).default({}),
  networks: namedParts(External).default({}),
  volumes: namedParts(External).default({}),
});
export type ResolvedProject = z.infer<typeof ResolvedProject>;

const configMs = 60_000;

/** Resolves a project as Compose itself does. @throws `compose_config_invalid`, `engine_unreachable`, `docker_missing` */
export async function resolveProject(place: LaunchPlace, signal?: AbortSignal): Promise<ResolvedProject> {
  const run = await runDocker([...composeWords(place), "config", "--format", "json"], {
    ...{ timeoutMs: configMs, env: place.values },
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  if (run.exitCode === 0) return ResolvedProject.parse(JSON.parse(run.stdout));
  const reason = plainWords(lastWords(run));
  throw invalidInput(
    "compose_config_invalid",
    `Compose refuses the files of "${place.stack}": ${reason}. Correct them and try again.`,
    { params: { stack: place.stack, reason } },
  );
}

/** With `--progress=json` Compose says what is wrong in JSON too. */
export function plainWords(words: string): string {
  const message = /"message":("(?:[^"\\]|\\.)*")/.exec(words)?.[1];
  return (message === undefined ? words : String(JSON.parse(message))).replace(/\.$/, "");
}

/** Names of the networks and volumes that a project makes itself, and of those that have to be there. */
export function belongingsOf({ networks, volumes }: Pick<ResolvedProject, "networks" | "volumes">): {
  readonly makes: ReadonlySet<string>;
  readonly needs: ReadonlySet<string>;
} {
  const all = [
    ...Object.entries(networks).map(([key, one]) => ({ ...one, name: `network ${one.name ?? key}` })),
    ...Object.entries(volumes).map(([key, one]) => ({ ...one, name: `volume ${one.name ?? key}` })),
  ];
  const names = (external: boolean): Set<string> =>
    new Set(all.filter((one) => one.external === external).map(({ name }) => name));
  return { makes: names(false), needs: names(true) };
}
