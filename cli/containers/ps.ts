import { DockfraError, toErrorInfo } from "../../bus/kernel/errors.ts";
import { isSameProcess } from "../../stacks/processes/process-identity.ts";
import type { Invocation } from "../invocation.ts";
import { findInstallation, nothingRuns } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { warningSentence } from "../supervisor/runtime-summary.ts";
import { toSentence } from "../terminal/failure.ts";
import { alignRows } from "../../terminal/table.ts";
import { partOf } from "./container-watch.ts";
import { listContainers, type OwnContainer } from "./own-objects.ts";
import { findVirtualDeveloper } from "../../agents/git/app-source.ts";
import { noServices, readServices, toServiceRows } from "../stacks/service-list.ts";

/** `ps`: processes and containers of a root with their ports and health, and the services of its stacks; exit code 6 where a part is missing. */
export async function ps(invocation: Invocation<{ readonly updates?: boolean }>): Promise<number> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const found = await findInstallation(root);
  const prefix = found?.prefix ?? (await prefixOf(root, options.prefix));
  const [engine, virtual, stacks] = await Promise.all([
    readContainers(prefix, root),
    findVirtualDeveloper(root, stateDirOf(root)),
    found === undefined ? noServices : readServices(invocation),
  ]);
  const processes = (found?.parts ?? []).map((part) => ({
    part: part.part,
    pid: part.pid,
    alive: isSameProcess(part),
    ...(part.part === "nats" && found?.natsUrl ? { ports: [found.natsUrl] } : {}),
    ...(part.part === "gateway" && found?.gatewayUrl ? { ports: [found.gatewayUrl] } : {}),
  }));
  const containers = engine.containers.map(({ name, service, state, health, status, ports }) => ({
    part: partOf(service),
    container: name,
    state,
    ...(health === undefined ? {} : { health }),
    status,
    ports,
  }));
  const expected = found?.runtime === "docker" ? 4 : 0;
  const healthy =
    found !== undefined &&
    found.ready &&
    processes.every(({ alive }) => alive) &&
    engine.problem === undefined &&
    containers.filter(({ health }) => health === "healthy").length >= expected;
  const exitCode = healthy ? 0 : 6;
  if (screen.json) {
    screen.data({
      ok: true,
      running: found !== undefined,
      healthy,
      root,
      prefix,
      ...(found ? { runtime: found.runtime } : {}),
      ...(found?.runtimeWarning ? { runtimeWarning: found.runtimeWarning } : {}),
      processes,
      containers,
      services: stacks.services,
      ...(engine.problem === undefined ? {} : { engine: engine.problem }),
      ...(virtual === undefined ? {} : { virtualDeveloper: virtual }),
    });
    return exitCode;
  }
  const rows = [
    ...processes.map(({ part, pid, alive, ports = [] }) => [
      `${screen.paint(alive ? "green" : "red", alive ? "●" : "○")} ${part}`,
      `process ${pid}`,
      alive ? "runs" : "is being started again",
      ports.join(", "),
    ]),
    ...containers.map(({ part, container, state, health, status, ports }) => [
      `${screen.paint(isWell(state, health) ? "green" : "red", isWell(state, health) ? "●" : "○")} ${part}`,
      container,
      status,
      ports.join(", "),
    ]),
  ];
  if (rows.length === 0) screen.line(nothingRuns(root));
  for (const line of alignRows([...rows, ...toServiceRows(screen, stacks.services)])) screen.line(line);
  if (stacks.problem !== undefined) screen.line(screen.paint("yellow", stacks.problem));
  if (found?.runtimeWarning) screen.line(screen.paint("yellow", warningSentence(found.runtimeWarning)));
  if (engine.problem !== undefined && expected > 0) screen.line(screen.paint("red", engine.problem));
  if (virtual !== undefined)
    screen.line(
      `The developer is virtual: ${virtual.url} (${virtual.branch}) is not here yet. Get it with: dockfra clone-app`,
    );
  return exitCode;
}

function isWell(state: string, health: string | undefined): boolean {
  return state === "running" && (health === undefined || health === "healthy");
}

interface Containers {
  readonly containers: readonly OwnContainer[];
  /** Why none can be seen. */
  readonly problem?: string;
}

/** The containers of a root under its prefix, as far as an engine answers. */
export async function readContainers(prefix: string, root: string): Promise<Containers> {
  try {
    const all = await listContainers(prefix, { timeoutMs: 5_000 });
    return { containers: all.filter((container) => container.root === root) };
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    return { containers: [], problem: toSentence(toErrorInfo(error)) };
  }
}
