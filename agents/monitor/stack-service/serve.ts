import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { QuestionInput } from "../../../bus/messages/questions.ts";
import type { ContainerView } from "../../../bus/messages/stack-service.ts";
import { createLogger, type Logger } from "../../../bus/kernel/log.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { writeEnvFile } from "../../../stacks/env-file/env-file.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import type { Target } from "../../../stacks/targets/target.ts";
import { serveJobs } from "../jobs/serve.ts";
import type { MonitorServices } from "../services.ts";
import { listContainers } from "./containers.ts";
import { findFindings, type PortView } from "./findings.ts";
import { logUnknown, readContainerLog, readStackLog } from "./logs.ts";
import { envPathOf, readProjectAtRoot, type ProjectReading } from "./project-reading.ts";
import { toProjectView } from "./project-view.ts";
import { findSecretValues } from "./secret-values.ts";

export interface StackServiceOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion" | "question" | "tell">;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** Default: none is written. */
  readonly log?: Logger;
  /** What the monitor's handlers share, for jobs that deploy. */
  readonly services?: MonitorServices;
}

/** Answers the monitor's questions about ROOT until the signal; values of secrets never leave it. */
export async function serveStackService(options: StackServiceOptions): Promise<void> {
  const { bus, root, stateDir, signal, log = createLogger("monitor", "silent") } = options;
  const read = (): Promise<ProjectReading> => readProjectAtRoot(root, stateDir);
  await Promise.all([
    serveJobs({ ...options, log }),
    bus.serveQuestion(
      "monitor.stacks",
      async () => {
        const reading = await read();
        const running = await findRunning(reading, stateDir);
        return toProjectView(reading, await findFindings(reading, running, (ports) => askPorts(bus, ports)));
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.env-set",
      async (input) => {
        const { values } = input as QuestionInput<"monitor.env-set">;
        const names = (await read()).variables.map(({ name }) => name);
        const known = new Set(names.filter((name) => !/^(?:DOCKFRA|WIZARD)_/.test(name)));
        const changes = new Map(Object.entries(values).filter(([name]) => known.has(name)));
        if (changes.size > 0) await writeEnvFile(envPathOf(stateDir), changes, { forRole: true });
        return { updated: [...changes.keys()] };
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.detect",
      (input) => bus.question("host.detect", input as QuestionInput<"host.detect">),
      signal,
    ),
    bus.serveQuestion(
      "monitor.containers",
      async () => {
        const { engine, containers } = await listContainers();
        return { engine, containers: containers.map(toView) };
      },
      signal,
    ),
    bus.serveQuestion(
      "monitor.logs",
      async (input) => {
        const { name, lines } = input as QuestionInput<"monitor.logs">;
        return { lines: await readNamedLog({ root, stateDir }, name, lines) };
      },
      signal,
    ),
  ]);
}

/** Without the host nobody can tell who has a port here; its absence is told elsewhere. */
async function askPorts(
  bus: Pick<WorkerBus, "question">,
  ports: readonly number[],
): Promise<readonly PortView[]> {
  try {
    return (await bus.question("host.ports", { ports: [...ports] })).ports;
  } catch (error) {
    if (error instanceof DockfraError && error.code === "host_down") return [];
    throw error;
  }
}

/** The last lines of a container's or a deployed stack's log, without secrets. @throws `log_unknown` */
export async function readNamedLog(
  { root, stateDir }: Pick<StackServiceOptions, "root" | "stateDir">,
  name: string,
  lines: number,
): Promise<string[]> {
  const reading = await readProjectAtRoot(root, stateDir);
  const { redact } = createRedactor(findSecretValues(reading.variables).values);
  return (await readLog(reading, stateDir, name, lines)).map(redact);
}

function toView({ name, status, ports, image, health }: ContainerView): ContainerView {
  return { name, status, ports, image, ...(health === undefined ? {} : { health }) };
}

async function readLog(
  reading: ProjectReading,
  stateDir: string,
  name: string,
  lines: number,
): Promise<string[]> {
  const { engine, containers } = await listContainers();
  if (Object.hasOwn(reading.project.deploy, name))
    return readStackLog(targetOf(reading, { stateDir, engine, name }), lines);
  if (!engine || containers.every((container) => container.name !== name)) throw logUnknown(name);
  return readContainerLog(name, lines);
}

/** Stacks that run now: as the crew deployed them, or as Compose's labels say. */
async function findRunning(reading: ProjectReading, stateDir: string): Promise<ReadonlySet<string>> {
  const names = Object.keys(reading.project.deploy);
  const { engine, containers } = await listContainers();
  const states = await Promise.all(
    names.map(async (name) => {
      try {
        return (await targetOf(reading, { stateDir, engine, name }).status()).running;
      } catch {
        // what cannot be asked does not run
        return false;
      }
    }),
  );
  const up = containers.filter(({ status }) => status.startsWith("Up"));
  return new Set([
    ...names.filter((_, index) => states[index]),
    ...up.flatMap(({ project }) => project ?? []),
  ]);
}

function targetOf(
  { root, project }: ProjectReading,
  { stateDir, engine, name }: { readonly stateDir: string; readonly engine: boolean; readonly name: string },
): Target {
  return selectTarget(project, name, { root, stateDir, engineAvailable: engine }).target;
}
