import { z } from "zod";
import { conflict, unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import type { ProgramRun } from "../../stacks/processes/program-run.ts";

/** Labels by which everything of ours on an engine is found again, whoever made it. */
export const ownLabels = { prefix: "dockfra.prefix", root: "dockfra.root", role: "dockfra.role" } as const;

/** Whose objects on the engine are meant. */
export interface Owner {
  readonly prefix: string;
  readonly root: string;
}

const quickMs = 30_000;

/** Runs a docker command that has to work. @throws `docker_failed`, `engine_disk_full`, and what {@link runDocker} does */
export async function requireDocker(
  args: readonly string[],
  {
    timeoutMs = quickMs,
    signal,
    onLine,
  }: { timeoutMs?: number; signal?: AbortSignal; onLine?: (line: string) => void } = {},
): Promise<ProgramRun> {
  const run = await runDocker(args, {
    timeoutMs,
    ...(signal ? { signal } : {}),
    ...(onLine ? { onLine } : {}),
  });
  if (run.exitCode === 0) return run;
  throw dockerFailed(args, run);
}

/** The error of a docker command that did not work. */
export function dockerFailed(args: readonly string[], run: ProgramRun): Error {
  const why = run.timedOut ? "it took too long" : lastWords(run) || `exit code ${run.exitCode ?? "none"}`;
  if (/no space left on device|disk quota exceeded/i.test(`${run.stderr}\n${run.stdout}`))
    return unavailable(
      "engine_disk_full",
      `The disk of the Docker engine is full: ${why}. Make room, as with "docker builder prune", and try again.`,
      { params: { why } },
    );
  const command = args
    .filter((arg) => !arg.startsWith("-"))
    .slice(0, 2)
    .join(" ");
  return unavailable("docker_failed", `docker ${command} failed: ${why}. Mend that and try again.`, {
    params: { command, why },
  });
}

const Container = z.object({
  ID: z.string(),
  Names: z.string(),
  State: z.string(),
  Status: z.string(),
  Ports: z.string(),
  Image: z.string(),
  Labels: z.string(),
});

/** A container of ours. */
export interface OwnContainer {
  readonly id: string;
  readonly name: string;
  /** The Compose service: `ssh-manager`. */
  readonly service: string;
  /** The Compose project. */
  readonly project: string;
  readonly root: string;
  /** As docker says: `running`, `exited`, `restarting`, … */
  readonly state: string;
  /** `healthy`, `starting`, `unhealthy`; absent where it has no health check or does not run. */
  readonly health?: string;
  /** For people: `Up 3 minutes (healthy)`. */
  readonly status: string;
  /** Ports on this machine, as `127.0.0.1:2202->2222/tcp`. */
  readonly ports: readonly string[];
}

/** Lists the containers of a prefix, of whatever root, running or not. */
export async function listContainers(prefix: string, { timeoutMs = quickMs } = {}): Promise<OwnContainer[]> {
  const { stdout } = await requireDocker(
    [
      "ps",
      "--all",
      "--no-trunc",
      "--filter",
      `label=${ownLabels.prefix}=${prefix}`,
      "--format",
      "{{json .}}",
    ],
    { timeoutMs },
  );
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => toContainer(Container.parse(JSON.parse(line))))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function toContainer({ ID, Names, State, Status, Ports, Labels }: z.infer<typeof Container>): OwnContainer {
  const labels = parseLabels(Labels);
  const health = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(Status)?.[1];
  return {
    id: ID,
    name: Names,
    service: labels["com.docker.compose.service"] ?? Names,
    project: labels["com.docker.compose.project"] ?? "",
    root: labels[ownLabels.root] ?? "",
    state: State,
    ...(health === undefined ? {} : { health }),
    status: Status,
    ports: Ports.split(", ").filter((port) => port.includes("->")),
  };
}

/** Reads `a=1,b=2`; a comma inside a value belongs to it where no name with `=` follows. */
function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/,(?=[A-Za-z0-9._-]+=)/).map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Refuses a prefix under which another root has containers on this engine. @throws `prefix_in_use` */
export function refuseForeign(containers: readonly OwnContainer[], { prefix, root }: Owner): void {
  const foreign = containers.find((container) => container.root !== "" && container.root !== root);
  if (foreign === undefined) return;
  const proposal = `${prefix.slice(0, 27)}-2`;
  throw conflict(
    "prefix_has_containers",
    `The prefix "${prefix}" has containers of ${foreign.root} on this engine. Remove them with "dockfra down --root ${foreign.root}", or add "--prefix ${proposal}".`,
    { params: { prefix, root: foreign.root, proposal } },
  );
}

/** Stops and removes containers; those that are gone already are no matter. */
export async function removeContainers(ids: readonly string[], { graceMs = 8_000 } = {}): Promise<void> {
  if (ids.length === 0) return;
  await stopContainers(ids, { graceMs });
  await runDocker(["rm", "--force", ...ids], { timeoutMs: quickMs });
}

/** Stops containers, all at once. */
export async function stopContainers(ids: readonly string[], { graceMs = 8_000 } = {}): Promise<void> {
  if (ids.length === 0) return;
  await runDocker(["stop", "--time", String(Math.ceil(graceMs / 1_000)), ...ids], {
    timeoutMs: graceMs + quickMs,
  });
}
