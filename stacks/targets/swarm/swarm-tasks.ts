import { z } from "zod";
import type { ContainerView } from "../compose/containers.ts";
import { settingsLabel } from "./stack-file.ts";

const Labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});
const ContainerSpec = z.looseObject({ Labels });

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
    const error = latest(failures)?.Status.Err ?? service.UpdateStatus?.Message;
    const why = `${name}: ${error ?? latest(own)?.Status.State ?? "no task yet"}`;
    const update = service.UpdateStatus?.State ?? "completed";
    if (/^(?:paused|rollback)/.test(update) || failures.length >= patience) return { state: "failed", why };
    const wanted = own.filter(
      ({ DesiredState, Status }) => DesiredState === "running" || Status.State === "complete",
    );
    const good = wanted.filter((task) => isCurrent(task, service) && isServing(task));
    const count = service.Spec.Mode.Replicated?.Replicas ?? 1;
    // one that will not be tried again stays as it ended
    const isGivenUp = own.length > 0 && own.every(({ DesiredState }) => DesiredState === "shutdown");
    if (isGivenUp && failures.length > 0) return { state: "failed", why };
    const allNew = wanted.every((task) => isCurrent(task, service) || task.Status.State === "complete");
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
      const last = latest(runs);
      if (last === undefined) return [];
      // one that is to be tried again is told by how it ended last
      const before = latest(runs.filter((task) => task !== last && hasFailed(task)));
      const condition = conditionOf(last);
      const told = condition === "starting" && before ? before : last;
      const error = told.Status.Err;
      return [
        {
          ...{ name: last.ID, service: name, labels: toText(last.Spec.ContainerSpec.Labels) },
          condition: told === last ? condition : ("failed" as const),
          text: `${name} ${told.Status.State}${error ? ` (${error})` : ""}`,
        },
      ];
    });
    return [...known, ...lacking];
  });
}

function conditionOf({ Status: { State } }: SwarmTask): ContainerView["condition"] {
  if (State === "running") return "good";
  if (State === "complete") return "done";
  if (failedStates.includes(State)) return "failed";
  return State === "shutdown" || State === "remove" ? "stopped" : "starting";
}

function isServing({ Status: { State } }: SwarmTask): boolean {
  return State === "running" || State === "complete";
}

function hasFailed({ Status: { State } }: SwarmTask): boolean {
  return failedStates.includes(State);
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
