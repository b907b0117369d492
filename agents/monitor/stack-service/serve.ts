import type { QuestionInput } from "../../../bus/messages/questions.ts";
import { createLogger, type Logger } from "../../../bus/kernel/log.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { EventMemory } from "../../../stacks/watch/event-memory.ts";
import { createLlm, type Llm } from "../../llm/llm.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { createFileChanger } from "../project-files.ts";
import { serveJobs } from "../jobs/serve.ts";
import { watchIncidents } from "../incidents/watch-incidents.ts";
import { servePreviews } from "../previews/serve.ts";
import type { MonitorServices } from "../services.ts";
import { serveWatch } from "../watch/serve.ts";
import { listContainers } from "./containers.ts";
import { serveDevices } from "./devices.ts";
import { serveDiagnose } from "./diagnose.ts";
import { logUnknown, readContainerLog, readStackLog } from "./logs.ts";
import { readProjectAtRoot, type ProjectReading } from "./project-reading.ts";
import { servePreflight } from "./preflight.ts";
import { createProjectSource } from "./project-source.ts";
import { targetOf } from "./running.ts";
import { serveReleases } from "./releases.ts";
import { findSecretValues } from "./secret-values.ts";
import { serveStacks } from "./stacks.ts";
import { serveSuggest } from "./suggest.ts";

export interface StackServiceOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion" | "question" | "tell">;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** Name of the installation; default: as its environment says. */
  readonly prefix?: string;
  /** Whether this is a container that sees ROOT read-only; default: no. */
  readonly inContainer?: boolean;
  /** Default: none is written. */
  readonly log?: Logger;
  /** What the monitor's handlers share, for jobs that deploy. */
  readonly services?: MonitorServices;
}

/** Answers the monitor's questions about ROOT until the signal; values of secrets never leave it. */
export async function serveStackService(options: StackServiceOptions): Promise<void> {
  const { bus, root, stateDir, signal, log = createLogger("monitor", "silent") } = options;
  const source = createProjectSource({ bus, root, stateDir, signal });
  const events = new EventMemory();
  const changeFile = createFileChanger(options);
  await Promise.all([
    source.work,
    serveJobs({ ...options, log, events }),
    serveReleases({ bus, root, stateDir, signal }),
    serveDevices({ bus, root, stateDir, source, signal, fetchPage: options.services?.fetchPage }),
    serveStacks({ bus, stateDir, source, signal }),
    serveSuggest({ bus, read: source.read, signal }),
    servePreflight({ ...options, prefix: options.prefix ?? process.env["DOCKFRA_PREFIX"] ?? "dockfra" }),
    serveDiagnose({ bus, root, stateDir, signal, log, events, ...modelOf(options) }),
    serveWatch({ bus, source, stateDir, log, signal, events }),
    servePreviews({ ...options, log }),
    options.services ? watchIncidents({ services: options.services, source, log, signal }) : undefined,
    bus.serveQuestion(
      "monitor.env-set",
      async (input) => {
        const { values } = input as QuestionInput<"monitor.env-set">;
        const names = (await source.read()).variables.map(({ name }) => name);
        const known = new Set(names.filter((name) => !/^(?:DOCKFRA|WIZARD)_/.test(name)));
        const changes = Object.entries(values).filter(([name]) => known.has(name));
        if (changes.length > 0) await changeFile({ do: "env", values: Object.fromEntries(changes) });
        return { updated: changes.map(([name]) => name) };
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
        return { engine, containers };
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

/** The monitor's model, where there is somebody to ask for its settings. */
function modelOf({ services, stateDir }: StackServiceOptions): { readonly llm?: Llm } {
  return services ? { llm: createLlm({ client: services.client, role: "monitor", stateDir }) } : {};
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
