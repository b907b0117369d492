import { z } from "zod";

/** The labels by which Compose marks what it made. */
export const composeLabels = {
  project: "com.docker.compose.project",
  service: "com.docker.compose.service",
  oneOff: "com.docker.compose.oneoff",
} as const;
/** The labels by which a swarm marks the containers of its tasks. */
export const swarmLabels = {
  stack: "com.docker.stack.namespace",
  service: "com.docker.swarm.service.name",
  task: "com.docker.swarm.task.name",
} as const;
/** Marks the containers of an installation itself: its crew, not the user's stacks. */
const ownLabel = "dockfra.prefix";

/** A container that Compose or a swarm made for a service of a stack. */
export interface ServiceContainer {
  readonly id: string;
  readonly name: string;
  /** The Compose project, or the stack's name on the swarm. */
  readonly project: string;
  readonly service: string;
  readonly image: string;
  readonly imageId: string;
  /** In the engine's word: `running`, `exited`. */
  readonly state: string;
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** As Compose's short form, `127.0.0.1:8080->80/tcp`. */
  readonly ports: readonly string[];
}

/** What an inspection tells of a container beyond a listing. */
export interface ContainerFacts {
  readonly state: string;
  readonly health?: "starting" | "healthy" | "unhealthy";
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly restarts: number;
  /** Absent where it never started. */
  readonly startedAtMs?: number;
  /** Whether its log is one raw stream, as that of a terminal. */
  readonly tty: boolean;
}

const Port = z.looseObject({
  IP: z.string().optional(),
  PrivatePort: z.int(),
  PublicPort: z.int().optional(),
  Type: z.string(),
});
const Row = z.looseObject({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  Image: z.string(),
  ImageID: z.string(),
  State: z.string(),
  Status: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Ports: z.array(Port).nullish(),
});
const Rows = z.array(Row);
const Health = z.enum(["starting", "healthy", "unhealthy"]);
const listedHealth = /\((?:health: )?(\w+)\)$/;

/** Reads the engine's list of containers; only those of services, and none of an installation's own. */
export function parseContainers(value: unknown): ServiceContainer[] {
  const rows = Rows.parse(value);
  return withoutPastTasks(rows, ({ Labels }) => Labels).flatMap((row) => {
    const owner = ownerOf(row.Labels ?? {});
    if (owner === undefined) return [];
    const name = row.Names?.[0]?.replace(/^\//, "") ?? row.Id.slice(0, 12);
    // "Up 5 minutes (healthy)": a listing has no field for it
    const health = Health.safeParse(listedHealth.exec(row.Status ?? "")?.[1]).data;
    return [
      {
        ...{ id: row.Id, name, ...owner, image: row.Image, imageId: row.ImageID, state: row.State },
        ...(health === undefined ? {} : { health }),
        ports: [...new Set((row.Ports ?? []).flatMap(toShort))].toSorted(),
      },
    ];
  });
}

/** Whose a container is, by its labels; nobody's where it is no service of a stack of the user. */
export function ownerOf(
  labels: Readonly<Record<string, string>>,
): { readonly project: string; readonly service: string } | undefined {
  const task = taskOwnerOf(labels);
  // an image that Compose built gives Compose's labels to tasks too
  const project = task?.project ?? labels[composeLabels.project];
  const service = task?.service ?? labels[composeLabels.service];
  const isOneOff = labels[composeLabels.oneOff]?.toLowerCase() === "true";
  if (!project || !service || isOneOff || labels[ownLabel] !== undefined) return undefined;
  return { project, service };
}

/** Of which stack and service of a swarm a container is a task, by its labels. */
export function taskOwnerOf(
  labels: Readonly<Record<string, string>>,
): { readonly project: string; readonly service: string } | undefined {
  const project = labels[swarmLabels.stack];
  const name = labels[swarmLabels.service];
  if (!project || !name?.startsWith(`${project}_`)) return undefined;
  return { project, service: name.slice(project.length + 1) };
}

/**
 * Leaves out what a swarm keeps of earlier tasks beside the ones that took their places.
 * @param containers newest first, as the engine lists them
 */
export function withoutPastTasks<T>(
  containers: readonly T[],
  labelsOf: (container: T) => Readonly<Record<string, string>> | null | undefined,
): T[] {
  const seen = new Set<string>();
  return containers.filter((container) => {
    // the task's id ends its name
    const place = labelsOf(container)?.[swarmLabels.task]?.replace(/\.[^.]*$/, "");
    if (place === undefined) return true;
    const isPast = seen.has(place);
    seen.add(place);
    return !isPast;
  });
}

function toShort({ IP, PrivatePort, PublicPort, Type }: z.infer<typeof Port>): string[] {
  if (PublicPort === undefined) return [];
  const at = IP?.includes(":") ? `[${IP}]` : IP;
  return [`${at ? `${at}:` : ""}${PublicPort}->${PrivatePort}/${Type}`];
}

const Inspection = z.looseObject({
  RestartCount: z.int().default(0),
  State: z.looseObject({
    Status: z.string(),
    ExitCode: z.int().default(0),
    OOMKilled: z.boolean().default(false),
    StartedAt: z.string().default(""),
    Health: z.looseObject({ Status: z.string() }).nullish(),
  }),
  Config: z.looseObject({ Tty: z.boolean().default(false) }),
});

/** Reads the engine's inspection of a container. */
export function parseInspection(value: unknown): ContainerFacts {
  const { RestartCount, State, Config } = Inspection.parse(value);
  const startedAtMs = Date.parse(State.StartedAt);
  const health = Health.safeParse(State.Health?.Status).data;
  return {
    state: State.Status,
    ...(health === undefined ? {} : { health }),
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    restarts: RestartCount,
    // the engine writes the year 1 for never
    ...(startedAtMs > 0 ? { startedAtMs } : {}),
    tty: Config.Tty,
  };
}
