import { z } from "zod";
import type { ContainerView } from "../compose/containers.ts";
import { settingsLabel } from "./stack-file.ts";

const Labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});
const ContainerSpec = z.looseObject({
  Labels,
  Healthcheck: z.looseObject({ Test: z.array(z.string()).nullish() }).nullish(),
});

/** One service of a stack, as `docker service inspect` gives it. */
export const SwarmService = z.looseObject({
  ID: z.string(),
  Spec: z.looseObject({
    Name: z.string(),
    Labels,
    TaskTemplate: z.looseObject({ ContainerSpec }),
    Mode: z.looseObject({ Replicated: z.looseObject({ Replicas: z.int().optional() }).optional() }),
  }),
  UpdateStatus: z.looseObject({ State: z.string().optional(), Message: z.string().optional() }).nullish(),
});
export type SwarmService = z.infer<typeof SwarmService>;

/** One run of a service, as `docker inspect --type task` gives it. */
export const SwarmTask = z.looseObject({
  ID: z.string(),
  ServiceID: z.string(),
  Slot: z.int().optional(),
  NodeID: z.string().optional(),
  CreatedAt: z.string(),
  DesiredState: z.string(),
  Spec: z.looseObject({ ContainerSpec }),
  Status: z.looseObject({
    State: z.string(),
    Err: z.string().optional(),
    ContainerStatus: z
      .looseObject({ ContainerID: z.string().default(""), ExitCode: z.int().default(0) })
      .nullish(),
  }),
});
export type SwarmTask = z.infer<typeof SwarmTask>;

/** What a stack is made of right now. */
export interface SwarmView {
  readonly services: readonly SwarmService[];
  readonly tasks: readonly SwarmTask[];
}

const failedStates: readonly string[] = ["failed", "rejected", "orphaned"];
/** So often may a service fail to start, as one does that comes before what it needs. */
const patience = 3;

/** What is in the way of a stack that is coming up, or that it is up. */
export type Progress =
  | { readonly state: "up" }
  | { readonly state: "waiting" | "failed"; readonly why: string };

/** Whether all services of a stack run as they are wanted; `old` are tasks that were there before. */
export function judge({ services, tasks }: SwarmView, old: ReadonlySet<string>): Progress {
  const waiting: string[] = [];
  for (const service of services) {
    const own = tasks.filter(({ ServiceID }) => ServiceID === service.ID);
    const name = service.Spec.Name;
    const failures = own.filter((task) => hasFailed(task) && isCurrent(task, service) && !old.has(task.ID));
    const last = latest(failures);
    const error = (last && errorOf(last)) ?? service.UpdateStatus?.Message;
    const why = `${name}: ${error ?? latest(own)?.Status.State ?? "no task yet"}`;
    const update = service.UpdateStatus?.State ?? "completed";
    if (/^(?:paused|rollback)/.test(update) || failures.length >= patience) return { state: "failed", why };
    const wanted = own.filter((task) => task.DesiredState === "running" || isDone(task));
    const good = wanted.filter((task) => isCurrent(task, service) && isServing(task));
    const count = service.Spec.Mode.Replicated?.Replicas ?? 1;
    // one that will not be tried again stays as it ended
    const isGivenUp = own.length > 0 && own.every(({ DesiredState }) => DesiredState === "shutdown");
    if (isGivenUp && failures.length > 0) return { state: "failed", why };
    const allNew = wanted.every((task) => isCurrent(task, service) || isDone(task));
    if (update === "updating" || good.length < count || !allNew) waiting.push(why);
  }
  return waiting.length === 0 ? { state: "up" } : { state: "waiting", why: waiting.join("; ") };
}

/** The newest run of each service's slots, as containers of a stack; what has no run yet is starting. */
export function toContainerViews({ services, tasks }: SwarmView, project: string): ContainerView[] {
  return services.flatMap((service) => {
    const name = service.Spec.Name.replace(`${project}_`, "");
    const slots = Map.groupBy(
      tasks.filter(({ ServiceID }) => ServiceID === service.ID),
      ({ Slot, NodeID }) => Slot ?? NodeID,
    );
    const count = service.Spec.Mode.Replicated?.Replicas ?? 1;
    const lacking = Array.from({ length: Math.max(0, count - slots.size) }, (): ContainerView => ({
      ...{ name, service: name, labels: "", condition: "starting", text: `${name} has no task yet` },
    }));
    const known = [...slots.values()].flatMap((runs) => {
      // what failed after it is of another release, where this one was put back
      const last = latest(runs.filter((task) => isCurrent(task, service))) ?? latest(runs);
      if (last === undefined) return [];
      // one that is to be tried again is told by how it ended last
      const before = latest(runs.filter((task) => task !== last && hasFailed(task)));
      const condition = conditionOf(last);
      const told = condition === "starting" && before ? before : last;
      const error = errorOf(told);
      return [
        {
          ...{ name: last.ID, service: name, labels: toText(last.Spec.ContainerSpec.Labels) },
          condition: told === last ? condition : ("failed" as const),
          text: `${name} ${hasFailed(told) ? "failed" : told.Status.State}${error ? ` (${error})` : ""}`,
        },
      ];
    });
    return [...known, ...lacking];
  });
}

function conditionOf(task: SwarmTask): ContainerView["condition"] {
  const { State } = task.Status;
  if (State === "running") return "good";
  if (isDone(task)) return "done";
  if (hasFailed(task)) return "failed";
  return State === "shutdown" || State === "remove" ? "stopped" : "starting";
}

function isServing(task: SwarmTask): boolean {
  return task.Status.State === "running" || isDone(task);
}

/** Whether it ended as a job does; what has a health check is to stay, and a swarm ends it where it is not healthy. */
function isDone({ Status: { State }, Spec }: SwarmTask): boolean {
  const { Test } = Spec.ContainerSpec.Healthcheck ?? {};
  return State === "complete" && (Test === null || Test === undefined || Test[0] === "NONE");
}

function hasFailed(task: SwarmTask): boolean {
  const { State } = task.Status;
  return failedStates.includes(State) || (State === "complete" && !isDone(task));
}

function errorOf(task: SwarmTask): string | undefined {
  const { Err, State } = task.Status;
  return Err || (State === "complete" && !isDone(task) ? "it ended, maybe for its health check" : undefined);
}

/** Whether a task was made of the settings that its service has now. */
function isCurrent(task: SwarmTask, service: SwarmService): boolean {
  const now = service.Spec.TaskTemplate.ContainerSpec.Labels[settingsLabel];
  return task.Spec.ContainerSpec.Labels[settingsLabel] === now;
}

function latest(tasks: readonly SwarmTask[]): SwarmTask | undefined {
  return tasks.toSorted((a, b) => a.CreatedAt.localeCompare(b.CreatedAt)).at(-1);
}

function toText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
