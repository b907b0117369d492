import { z } from "zod";
import { unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../targets/compose/docker-cli.ts";

/** A running service of a stack, as the engine has it. */
export interface RunningService {
  readonly service: string;
  /** Names of the networks that it is on. */
  readonly networks: readonly string[];
  /** Container ports that it publishes over TCP, lowest first. */
  readonly published: readonly number[];
}

/** A network that belongs to one Compose project. */
export interface StackNetwork {
  readonly name: string;
  /** The user wants nothing from outside on it. */
  readonly internal: boolean;
  /** Names of the containers on it. */
  readonly members: readonly string[];
}

const timeoutMs = 20_000;
const projectLabel = "com.docker.compose.project";

const Container = z.looseObject({
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullable() }),
  HostConfig: z.looseObject({ PortBindings: z.record(z.string(), z.unknown()).nullish() }),
  NetworkSettings: z.looseObject({ Networks: z.record(z.string(), z.unknown()).nullish() }),
});
const Network = z.looseObject({
  Name: z.string(),
  Internal: z.boolean().default(false),
  Containers: z.record(z.string(), z.looseObject({ Name: z.string() })).nullish(),
});

/** Looks at what runs of a Compose project. @throws `docker_failed` */
export async function inspectServices(project: string): Promise<RunningService[]> {
  const ids = await list(["ps", "--quiet", "--no-trunc", "--filter", `label=${projectLabel}=${project}`]);
  if (ids.length === 0) return [];
  const containers = await inspect(["container", "inspect", ...ids], z.array(Container));
  return containers.flatMap(({ Config, HostConfig, NetworkSettings }) => {
    const service = Config.Labels?.["com.docker.compose.service"];
    if (service === undefined) return [];
    const published = Object.keys(HostConfig.PortBindings ?? {}).flatMap((port) => {
      const number = /^(\d+)\/tcp$/.exec(port)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
    const networks = Object.keys(NetworkSettings.Networks ?? {});
    return [{ service, networks, published: published.toSorted((a, b) => a - b) }];
  });
}

/** Looks at the networks that a Compose project made for itself. @throws `docker_failed` */
export async function inspectNetworks(project: string): Promise<StackNetwork[]> {
  const ids = await list(["network", "ls", "--quiet", "--filter", `label=${projectLabel}=${project}`]);
  if (ids.length === 0) return [];
  const networks = await inspect(["network", "inspect", ...ids], z.array(Network));
  return networks.map(({ Name, Internal, Containers }) => ({
    name: Name,
    internal: Internal,
    members: Object.values(Containers ?? {}).map((member) => member.Name),
  }));
}

/** Which of these containers run. @throws `docker_failed` */
export async function findRunning(names: readonly string[]): Promise<string[]> {
  const filters = names.flatMap((name) => ["--filter", `name=^/?${name}$`]);
  return list(["ps", ...filters, "--format", "{{.Names}}"]);
}

async function list(args: readonly string[]): Promise<string[]> {
  const run = await runDocker(args, { timeoutMs });
  if (run.exitCode === 0) return run.stdout.split("\n").filter((line) => line !== "");
  throw unavailable("docker_failed", `docker ${args[0] ?? ""} failed: ${lastWords(run)}. Try again.`, {
    params: { project: args[0] ?? "", reason: lastWords(run) },
  });
}

/** What was removed between listing and looking is left out: the command fails, and prints the others. */
async function inspect<T>(args: readonly string[], schema: z.ZodType<T[]>): Promise<T[]> {
  const { stdout } = await runDocker(args, { timeoutMs });
  return stdout.trim() === "" ? [] : schema.parse(JSON.parse(stdout));
}
