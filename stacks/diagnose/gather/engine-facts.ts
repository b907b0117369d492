import { z } from "zod";
import { listTaskErrors } from "./task-errors.ts";
import { taskOwnerOf, withoutPastTasks } from "../../watch/container.ts";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import type { ContainerFacts, NetworkFacts, OtherContainer, PortFacts } from "../facts.ts";

const timeoutMs = 20_000;
const projectLabel = "com.docker.compose.project";
const serviceLabel = "com.docker.compose.service";

const Bindings = z
  .record(
    z.string(),
    z.array(z.looseObject({ HostIp: z.string().default(""), HostPort: z.string() })).nullable(),
  )
  .nullish();
const Probe = z.looseObject({ ExitCode: z.int(), Output: z.string().default("") });
const Inspected = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  RestartCount: z.int().default(0),
  State: z.looseObject({
    Status: z.enum(["created", "running", "paused", "restarting", "removing", "exited", "dead"]),
    ExitCode: z.int(),
    OOMKilled: z.boolean().default(false),
    Error: z.string().default(""),
    StartedAt: z.string(),
    Health: z.looseObject({ Status: z.string(), Log: z.array(Probe).nullish() }).nullish(),
  }),
  Config: z.looseObject({
    Image: z.string(),
    User: z.string().default(""),
    Cmd: z.array(z.string()).nullish(),
    Entrypoint: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.looseObject({
    Memory: z.number().default(0),
    ReadonlyRootfs: z.boolean().default(false),
    RestartPolicy: z.looseObject({ Name: z.string().default("") }).nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    PortBindings: Bindings,
  }),
  Mounts: z
    .array(
      z.looseObject({
        Type: z.string(),
        Name: z.string().optional(),
        Source: z.string().default(""),
        Destination: z.string(),
        RW: z.boolean(),
      }),
    )
    .default([]),
  NetworkSettings: z.looseObject({ Networks: z.record(z.string(), z.unknown()).nullish(), Ports: Bindings }),
});
type Inspected = z.infer<typeof Inspected>;

/** A container of the stack before its log is read, with where it was started from. */
export interface BareContainer extends Omit<ContainerFacts, "log"> {
  readonly workingDir: string | undefined;
  readonly configFiles: readonly string[];
}

/** The containers of one Compose project, and all others. */
export interface ProjectContainers {
  readonly own: BareContainer[];
  readonly others: OtherContainer[];
}

/** What the engine has, seen at one moment; it serves the diagnosis of many stacks. */
export interface EngineLook {
  containersOf(project: string): ProjectContainers;
  readonly networks: readonly NetworkFacts[];
  readonly volumes: readonly string[];
  readonly platform: string;
  /** What a swarm has against the tasks of its stacks. */
  readonly taskErrors: ReadonlyMap<string, readonly string[]>;
}

/** Looks at all that the engine has. @throws `docker_missing`, `engine_unreachable` */
export async function lookAtEngine(): Promise<EngineLook> {
  const [containersOf, networks, volumes, platform, taskErrors] = await Promise.all([
    inspectAll(),
    inspectNetworks(),
    listVolumes(),
    enginePlatform(),
    listTaskErrors(),
  ]);
  return { containersOf, networks, volumes, platform, taskErrors };
}

/** The containers of one Compose project, and all others, as they are now. */
export async function inspectContainers(project: string): Promise<ProjectContainers> {
  return (await inspectAll())(project);
}

async function inspectAll(): Promise<EngineLook["containersOf"]> {
  const ids = await listIds(["ps", "--all", "--quiet", "--no-trunc"]);
  const found = await inspect(["container", "inspect", ...ids], z.array(Inspected), ids);
  const all = withoutPastTasks(found, ({ Config }) => Config.Labels);
  return (project) => {
    const isOwn = (one: Inspected): boolean => projectOf(one) === project;
    return { own: all.filter(isOwn).map(toContainer), others: all.filter((one) => !isOwn(one)).map(toOther) };
  };
}

/** Every network of the engine. */
export async function inspectNetworks(): Promise<NetworkFacts[]> {
  const ids = await listIds(["network", "ls", "--quiet", "--no-trunc"]);
  const Network = z.looseObject({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
    IPAM: z
      .looseObject({ Config: z.array(z.looseObject({ Subnet: z.string().optional() })).nullish() })
      .nullish(),
  });
  const found = await inspect(["network", "inspect", ...ids], z.array(Network), ids);
  return found.map(({ Name, Labels, IPAM }) => {
    const project = Labels?.[projectLabel];
    const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
    return { name: Name, subnets, ...(project === undefined ? {} : { project }) };
  });
}

/** Names of every volume of the engine. */
export function listVolumes(): Promise<string[]> {
  return listIds(["volume", "ls", "--quiet"]);
}

/** Which of these images the engine has, by the name they were asked for. */
export async function inspectImages(
  names: readonly string[],
): Promise<ReadonlyMap<string, { readonly platform: string }>> {
  const found = await Promise.all(
    names.map(async (name) => {
      const run = await runDocker(["image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", "--", name], {
        timeoutMs,
      });
      const platform = run.stdout.trim();
      return run.exitCode === 0 && platform !== "" ? [[name, { platform }] as const] : [];
    }),
  );
  return new Map(found.flat());
}

async function enginePlatform(): Promise<string> {
  const run = await runDocker(["version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"], { timeoutMs });
  return run.stdout.trim();
}

function toContainer(one: Inspected): BareContainer {
  const { State, Config, HostConfig, Mounts } = one;
  const health = State.Health?.Status;
  return {
    id: one.Id,
    name: one.Name.replace(/^\//, ""),
    service: taskOwnerOf(Config.Labels ?? {})?.service ?? Config.Labels?.[serviceLabel] ?? "",
    image: Config.Image,
    state: State.Status,
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    restarts: one.RestartCount,
    startedAtMs: Math.max(0, Date.parse(State.StartedAt) || 0),
    health: health === "healthy" || health === "unhealthy" || health === "starting" ? health : "none",
    healthLog: (State.Health?.Log ?? []).map(({ ExitCode, Output }) => ({
      exitCode: ExitCode,
      output: Output.trim().slice(0, 2_000),
    })),
    restartPolicy: HostConfig.RestartPolicy?.Name ?? "",
    command: [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])],
    user: Config.User,
    memoryLimitBytes: HostConfig.Memory,
    mounts: Mounts.map(({ Type, Name, Source, Destination, RW }) => ({
      type: Type,
      source: Type === "volume" ? (Name ?? Source) : Source,
      target: Destination,
      writable: RW,
    })),
    tmpfs: Object.keys(HostConfig.Tmpfs ?? {}),
    readOnlyRoot: HostConfig.ReadonlyRootfs,
    ports: portsOf(one),
    networks: Object.keys(one.NetworkSettings.Networks ?? {}),
    workingDir: Config.Labels?.["com.docker.compose.project.working_dir"],
    configFiles: (Config.Labels?.["com.docker.compose.project.config_files"] ?? "")
      .split(",")
      .filter(Boolean),
  };
}

function projectOf({ Config: { Labels } }: Inspected): string | undefined {
  return taskOwnerOf(Labels ?? {})?.project ?? Labels?.[projectLabel];
}

function toOther(one: Inspected): OtherContainer {
  const project = projectOf(one);
  return {
    name: one.Name.replace(/^\//, ""),
    running: one.State.Status === "running",
    ports: portsOf(one),
    ...(project === undefined ? {} : { project }),
  };
}

/** As they are now, or where nothing runs, as they were wanted. */
function portsOf({ NetworkSettings, HostConfig }: Inspected): PortFacts[] {
  const now = Object.values(NetworkSettings.Ports ?? {}).some((bindings) => (bindings ?? []).length > 0);
  const bound = (now ? NetworkSettings.Ports : HostConfig.PortBindings) ?? {};
  return Object.entries(bound).flatMap(([spec, bindings]) => {
    const target = /^(\d+)\/tcp$/.exec(spec)?.[1];
    if (target === undefined) return [];
    const ports = (bindings ?? []).map(({ HostIp, HostPort }) => ({
      target: Number(target),
      hostIp: HostIp,
      published: Number(HostPort) || 0,
    }));
    // one port may be bound for IPv4 and IPv6
    return ports.filter(
      (port, index) => ports.findIndex((one) => one.published === port.published) === index,
    );
  });
}

async function listIds(args: readonly string[]): Promise<string[]> {
  const run = await runDocker(args, { timeoutMs });
  return run.stdout.split("\n").filter((line) => line !== "");
}

/** What was removed in between is left out: the command fails, and prints the others. */
async function inspect<T>(
  args: readonly string[],
  schema: z.ZodType<T[]>,
  ids: readonly string[],
): Promise<T[]> {
  if (ids.length === 0) return [];
  const { stdout } = await runDocker(args, { timeoutMs });
  return stdout.trim() === "" ? [] : schema.parse(JSON.parse(stdout));
}
