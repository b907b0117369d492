import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { invalidInput, notFound, unavailable, type DockfraError } from "../../bus/kernel/errors.ts";
import { StackName } from "../../bus/messages/ticket.ts";
import type { FetchPage } from "../checks/page.ts";
import type { ProjectFile, StackDeploy, TargetKind } from "../project-file/project-schema.ts";
import { createComposeTarget } from "./compose/compose-target.ts";
import type { SnapshotSpec } from "./compose/data-snapshot.ts";
import { createDeviceTarget, type DeviceTargetOptions } from "./device/device-target.ts";
import { openEngine, type RemoteEngine } from "./compose/engine-tunnel.ts";
import { describeDevice, deviceKeysOf, type DeviceKeys } from "./device/device-spec.ts";
import { chooseStackFiles } from "../discover/stack-files.ts";
import { readOwnStack, type Sayings } from "./own-stack.ts";
import { createProcessTarget } from "./process/process-target.ts";
import type { Target } from "./target.ts";

export interface SelectOptions {
  readonly root: string;
  /** Dockfra's own directory, `<root>/dockfra`; each stack's state goes below its `targets/`. */
  readonly stateDir: string;
  /** Whether a Docker engine with Compose answers now. */
  readonly engineAvailable: boolean;
  /** An exported tree in which to look for compose files; default: ROOT itself. */
  readonly releaseDir?: string;
  /** How running apps are reached; default: from here. */
  readonly fetchPage?: FetchPage;
  /** Whether this is a container of the installation; default: as its environment says. */
  readonly inContainer?: boolean;
  /** Default: where the monitor has them. */
  readonly deviceKeys?: DeviceKeys;
}

export interface SelectedTarget {
  readonly kind: TargetKind;
  readonly target: Target;
}

/**
 * Makes the target of a stack: the one its file names; with `auto` the one that it ran on last, else compose where an engine answers and
 * the stack has a compose file, else process. A simulated device that is up is a stack by itself.
 * @throws `no_target`, `engine_unreachable`, `stack_name_invalid`, `url_invalid`
 */
export function selectTarget(project: Sayings, stack: string, options: SelectOptions): SelectedTarget {
  if (!StackName.safeParse(stack).success)
    throw invalidInput("stack_name_invalid", `"${stack}" is no name for a stack: use a-z, 0-9, - and _.`, {
      params: { stack },
    });
  const deploy = Object.hasOwn(project.deploy, stack) ? project.deploy[stack] : undefined;
  const dir = targetDirOf(options.stateDir, stack);
  if (!deploy) return { kind: "device", target: createDeviceTarget(findDevice(project, stack, options)) };
  const kind = chooseKind(project, deploy, stack, options);
  switch (kind) {
    case "process":
      return { kind, target: toProcess(deploy, stack, dir) };
    case "compose":
    case "remote":
    case "swarm":
      return { kind, target: toCompose(project, deploy, stack, dir, options) };
    case "device":
      return { kind, target: createDeviceTarget(findDevice(project, stack, options)) };
  }
}

/** How to reach a stack that is a device: as dockfra.yaml says, else a simulated one that is up. @throws `no_target` */
export function findDevice(
  project: Pick<ProjectFile, "deploy">,
  stack: string,
  options: SelectOptions,
): DeviceTargetOptions {
  const deploy = Object.hasOwn(project.deploy, stack) ? project.deploy[stack] : undefined;
  const found = describeDevice(deploy, { ...options, dir: targetDirOf(options.stateDir, stack) });
  if (found) return { stack, ...found };
  const why = deploy
    ? "it lacks host, user, path or url, and no simulated device of that name is up"
    : `it has no "deploy.${stack}"`;
  throw noTarget(stack, why);
}

/** Where a stack's target keeps its state. */
export function targetDirOf(stateDir: string, stack: string): string {
  return join(resolve(stateDir), "targets", stack);
}

function chooseKind(
  project: Sayings,
  deploy: StackDeploy,
  stack: string,
  { root, stateDir, engineAvailable, releaseDir }: SelectOptions,
): TargetKind {
  const dir = targetDirOf(stateDir, stack);
  const wanted = deploy.target === "auto" ? ranLast(dir) : deploy.target;
  const isHere = wanted === "compose" || (wanted === "swarm" && deploy.host === undefined);
  if (isHere && !engineAvailable)
    throw unavailable(
      "engine_unreachable",
      `"${stack}" runs on a Docker engine, and no Docker engine answers. Start it and try again.`,
      { params: { stack } },
    );
  if (wanted !== undefined) return wanted;
  const { sayings } = readOwnStack(project, deploy, { root, stateDir });
  const ownDir = resolve(root, deploy.dir);
  const hasFiles =
    chooseStackFiles({ tree: releaseDir ?? root, dir: deploy.dir, sayings, ownDir }) !== undefined;
  if (engineAvailable && hasFiles) return "compose";
  if (deploy.command) return "process";
  throw noTarget(stack, hasFiles ? "no Docker engine answers" : "it has no compose file");
}

/** A stack that runs on one target is not moved to the other because an engine came or went. */
export function ranLast(dir: string): "compose" | "process" | undefined {
  if (existsSync(join(dir, "compose.json"))) return "compose";
  return existsSync(join(dir, "runner.json")) ? "process" : undefined;
}

function toProcess(deploy: StackDeploy, stack: string, dir: string): Target {
  const { command, url, health, env } = deploy;
  if (!command || url === undefined || health === undefined)
    throw noTarget(stack, "it lacks command, url or health");
  return createProcessTarget({
    stack,
    dir,
    spec: { url, command, env, health, healthTimeoutMs: deploy.health_timeout_s * 1_000, dir: deploy.dir },
  });
}

function toCompose(
  said: Sayings,
  deploy: StackDeploy,
  stack: string,
  dir: string,
  options: SelectOptions,
): Target {
  const { root, stateDir, fetchPage } = options;
  const { url, health, proxy, snapshot } = deploy;
  const isElsewhere = deploy.target === "remote" || (deploy.target === "swarm" && deploy.host !== undefined);
  const engine = isElsewhere ? toRemoteEngine(deploy, stack, options) : undefined;
  if (url === undefined) throw noTarget(stack, 'it lacks "url", where the running app is checked');
  const ownDir = resolve(root, deploy.dir);
  const { envFiles, ...own } = readOwnStack(said, deploy, { root, stateDir });
  return createComposeTarget({
    stack,
    dir,
    spec: {
      ...{ ...own, ownDir },
      releaseSubDir: deploy.dir,
      url,
      healthTimeoutMs: deploy.health_timeout_s * 1_000,
      envFiles: [...envFiles, join(resolve(stateDir), ".env")],
      root: resolve(root),
      ...(engine === undefined ? {} : { reachEngine: () => openEngine(dir, engine) }),
      ...(deploy.target === "swarm" ? { swarm: true } : {}),
      ...(proxy === undefined ? {} : { proxy }),
      ...(snapshot === undefined ? {} : { snapshot: toSnapshotSpec(snapshot) }),
      ...(health === undefined ? {} : { health }),
      ...(fetchPage === undefined ? {} : { fetchPage }),
    },
  });
}

function toRemoteEngine(
  { host, port = 22, user, host_key: hostKey }: StackDeploy,
  stack: string,
  { stateDir, deviceKeys, inContainer = process.env["DOCKFRA_RUNTIME"] === "docker" }: SelectOptions,
): RemoteEngine {
  if (host === undefined || user === undefined) throw noTarget(stack, "it lacks host or user");
  const keys = deviceKeys ?? deviceKeysOf(resolve(stateDir), inContainer);
  return {
    ...{ host, port, user, keyFile: keys.privateKeyFile, knownHostsFile: keys.knownHostsFile },
    ...(hostKey === undefined ? {} : { hostKey: hostKey.split(" ").slice(0, 2).join(" ") }),
  };
}

function toSnapshotSpec({
  volumes,
  service,
  command,
  restore,
}: NonNullable<StackDeploy["snapshot"]>): SnapshotSpec {
  const hasDump = service !== undefined && command !== undefined;
  return {
    volumes,
    ...(hasDump ? { dump: { service, command, ...(restore === undefined ? {} : { restore }) } } : {}),
  };
}

function noTarget(stack: string, why: string): DockfraError {
  return notFound(
    "no_target",
    `"${stack}" cannot be deployed: ${why}. Add to dockfra.yaml: deploy: {${stack}: {command: [PROGRAM, ARGUMENT], env: {PORT: "{port}"}, url: "http://127.0.0.1:8088", health: /health}}.`,
    { params: { stack, why } },
  );
}
