import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { EngineStack } from "../../../bus/messages/stack-service.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { listEngineProjects } from "../../../stacks/engine-projects/list.ts";
import type { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import { findFindings, type PortView } from "./findings.ts";
import { toProjectView } from "./project-view.ts";
import type { ProjectSource } from "./project-source.ts";
import { findRunning } from "./running.ts";

export interface StacksOptions {
  readonly bus: Pick<WorkerBus, "serveQuestion" | "question">;
  readonly stateDir: string;
  readonly source: ProjectSource;
  readonly signal: AbortSignal;
}

/** Answers `monitor.stacks`: all stacks with their variables, what runs of them, and what stands in the way. */
export async function serveStacks({ bus, stateDir, source, signal }: StacksOptions): Promise<void> {
  await bus.serveQuestion(
    "monitor.stacks",
    async () => {
      const reading = await source.read();
      const sshRoles = asksForRoles(reading.project) ? await findSshRoles(bus) : [];
      const running = await findRunning(reading, {
        stateDir,
        listProjects: listEngineProjects,
        readElsewhere: () => askElsewhere(bus),
      });
      const findings = await findFindings(reading, running, (ports) => askPorts(bus, ports));
      return toProjectView(reading, findings, running, sshRoles);
    },
    signal,
  );
}

type Asking = Pick<WorkerBus, "question">;

/** Without the host nobody can tell who has a port here; its absence is told elsewhere. */
async function askPorts(bus: Asking, ports: readonly number[]): Promise<readonly PortView[]> {
  return (await unlessDown(() => bus.question("host.ports", { ports: [...ports] })))?.ports ?? [];
}

async function askElsewhere(bus: Asking): Promise<readonly EngineStack[] | undefined> {
  return (await unlessDown(() => bus.question("host.engine-stacks", {})))?.stacks;
}

function asksForRoles({ post_launch: buttons }: ProjectFile): boolean {
  return buttons.some(({ condition }) => condition?.includes("ssh_roles_exist") === true);
}

async function findSshRoles(bus: Asking): Promise<readonly string[]> {
  const facts = await unlessDown(() => bus.question("host.project", {}));
  return Object.keys(facts?.sshPorts ?? {});
}

async function unlessDown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DockfraError && error.code === "host_down") return undefined;
    throw error;
  }
}
