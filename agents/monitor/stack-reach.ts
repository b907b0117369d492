import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "../../bus/kernel/log.ts";
import { inspectNetworks } from "../../stacks/routes/stack-containers.ts";
import { joinStack } from "../../stacks/routes/stack-reach.ts";
import { dropRoutes, findRoutes, writeRoutes } from "../../stacks/routes/traefik-routes.ts";
import { readEnvFile } from "../../stacks/env-file/env-file.ts";

export interface StackReachOptions {
  readonly prefix: string;
  readonly stateDir: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The longest between two looks where nothing was deployed; default 20 s. */
  readonly pauseMs?: number;
}

/** Who of ours may reach the services of the user's stacks. */
const visitorNames = ["ssh-developer", "ssh-monitor", "traefik"] as const;
const glanceMs = 1_000;
const Project = z.looseObject({ project: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/) });

/** Keeps developer, monitor and proxy on the networks of the stacks that were deployed, and the proxy's routes up to date, until the signal. */
export async function keepStackReach(options: StackReachOptions): Promise<void> {
  const { signal, log, stateDir, pauseMs = 20_000 } = options;
  let told = "";
  while (!signal.aborted) {
    try {
      await updateStackReach(options);
      told = "";
    } catch (error) {
      // an engine that is away is told once, and by others
      const text = error instanceof Error ? error.message : String(error);
      if (text !== told) log.warn({ err: error }, "the stacks' networks could not be joined");
      told = text;
    }
    await untilDeployed(stateDir, pauseMs, signal);
  }
}

/** Waits until a target has written something down, or so long. */
async function untilDeployed(stateDir: string, longestMs: number, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + longestMs;
  const before = await changedAt(stateDir);
  while (!signal.aborted && performance.now() < untilMs) {
    await sleep(Math.min(glanceMs, longestMs), undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if ((await changedAt(stateDir)) !== before) return;
  }
}

async function changedAt(stateDir: string): Promise<number> {
  const targets = join(stateDir, "targets");
  const names = await readdir(targets).catch((): string[] => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(join(targets, name, "compose.json")).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(0, ...times);
}

/** Does it once. @throws `docker_failed`, `engine_unreachable` */
export async function updateStackReach({
  prefix,
  stateDir,
}: Pick<StackReachOptions, "prefix" | "stateDir">): Promise<void> {
  const projects = await deployedProjects(stateDir);
  const domain = await domainOf(stateDir);
  const dir = join(stateDir, "monitor", "traefik");
  const visitors = visitorNames.map((name) => `${prefix}-${name}`);
  for (const [stack, project] of projects) {
    const services = await joinStack({ project, visitors });
    const open = (await inspectNetworks(project)).filter(({ internal }) => !internal);
    const networks = open.map(({ name }) => name).toSorted();
    writeRoutes(dir, stack, domain, findRoutes(services, { stack, networks, domain }));
  }
  dropRoutes(dir, new Set(projects.keys()));
}

/** Compose projects by the name of their stack: those that the compose target has a state of. */
async function deployedProjects(stateDir: string): Promise<Map<string, string>> {
  const targets = join(stateDir, "targets");
  const names = await readdir(targets).catch((): string[] => []);
  const found = await Promise.all(
    names.map(async (stack) => {
      const text = await readFile(join(targets, stack, "compose.json"), "utf8").catch(() => "{}");
      const project = parseProject(text);
      return project === undefined ? [] : [[stack, project] as const];
    }),
  );
  return new Map(found.flat());
}

function parseProject(text: string): string | undefined {
  try {
    return Project.safeParse(JSON.parse(text)).data?.project;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `ROUTES_DOMAIN` of `dockfra/.env`: the end of all host names. */
async function domainOf(stateDir: string): Promise<string> {
  const domain = (await readEnvFile(join(stateDir, ".env"))).get("ROUTES_DOMAIN")?.toLowerCase() ?? "";
  return /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(domain)
    ? domain
    : "localhost";
}
