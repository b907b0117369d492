import { randomInt } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { conflict, unavailable } from "../../bus/kernel/errors.ts";
import { lastWords, runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { simulatedDevice } from "../../stacks/targets/device/device-list.ts";
import { deviceRecordName, type DeviceRecord } from "../../stacks/targets/device/device-spec.ts";
import { writeDurably } from "../../stacks/targets/durable-file.ts";
import { targetDirOf } from "../../stacks/targets/select-target.ts";
import { findEngine } from "../containers/engine.ts";
import { readHostPorts } from "../containers/host-ports.ts";
import { ensureNetworks } from "../containers/networks.ts";
import { listContainers, refuseForeign } from "../containers/own-objects.ts";
import { lookAtPorts } from "../host/ports.ts";
import { containerOf, containerPort, loginOf } from "../ssh/directions.ts";
import { ensureSshKeys } from "../ssh/keys.ts";
import { sshPortsOf } from "../ssh/ports.ts";
import { ensurePrivateDir, readIfThere, replacePrivate } from "../ssh/private-files.ts";
import { placeRoleKeys } from "../ssh/role-keys.ts";

/** Where a devices stack belongs. */
export interface DevicesPlace {
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
}

export interface DevicesUpOptions extends DevicesPlace {
  readonly signal: AbortSignal;
  /** Gets the lines of build and start; must not throw. */
  readonly onLine?: (line: string) => void;
}

const webPorts = { WEB_RPI3_PORT: 8090, VNC_RPI3_PORT: 6082 } as const;
const blueprint = join(import.meta.dirname, "..", "..", "stacks", "blueprints", "devices");
const buildTimeoutMs = 20 * 60_000;
const passwordLetters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Ports of loopback that a device is reached on. */
export interface DevicePorts {
  readonly SSH_RPI3_PORT: number;
  readonly WEB_RPI3_PORT: number;
  readonly VNC_RPI3_PORT: number;
}

/** The ports of an installation's device. @throws `port_invalid` */
export async function devicePortsOf(stateDir: string): Promise<DevicePorts> {
  const [ssh, web] = await Promise.all([sshPortsOf(stateDir), readHostPorts(stateDir, webPorts)]);
  return { SSH_RPI3_PORT: ssh.device, ...web };
}

/** The file that holds the password of the device's screen. */
export function screenPasswordPath(stateDir: string): string {
  return join(stateDir, "roles", "device", "vnc", "password");
}

/**
 * Builds and starts the simulated device, with keys and password in place before its first start, and makes it a stack that can
 * be deployed to.
 * @throws `device_port_taken`, `docker_failed`, `prefix_has_containers`, and what an engine that cannot be used throws
 */
export async function startDevices(options: DevicesUpOptions): Promise<DeviceRecord> {
  const { root, stateDir, prefix, signal, onLine } = options;
  const engine = await findEngine();
  const containers = await listContainers(prefix);
  refuseForeign(containers, { prefix, root });
  const ports = await devicePortsOf(stateDir);
  const isUp = containers.some(({ project, state }) => project === projectOf(prefix) && state === "running");
  if (!isUp) await refuseTakenPorts(ports);
  const uid = engine.rootless ? 0 : deviceUid();
  await ensureSshKeys({ stateDir, prefix, ports: await sshPortsOf(stateDir) });
  await placeRoleKeys("device", { stateDir, prefix, agentUid: uid });
  await placeScreenPassword(stateDir, uid);
  await ensureNetworks({ prefix, root }, engine);
  await writeEnvironment(options, uid);
  for (const words of [
    ["build", "--quiet"],
    ["up", "--detach", "--no-build", "--remove-orphans", "--wait", "--wait-timeout", "120"],
  ])
    await compose(options, words, { signal, ...(onLine ? { onLine } : {}) });
  return recordDevice(options, ports);
}

/** Stops the device and leaves its containers. @throws `docker_failed` */
export async function stopDevices(place: DevicesPlace): Promise<void> {
  await writeEnvironment(place);
  await compose(place, ["stop"], {});
}

/** Removes the device's containers; what was deployed stays on its disk. @throws `docker_failed` */
export async function removeDevices(place: DevicesPlace): Promise<void> {
  await writeEnvironment(place);
  await compose(place, ["down"], {});
  rmSync(join(targetDirOf(place.stateDir, simulatedDevice), deviceRecordName), { force: true });
}

/** The Compose project of an installation's devices. */
export function projectOf(prefix: string): string {
  return `${prefix}-devices`;
}

function recordDevice({ stateDir, prefix }: DevicesPlace, ports: DevicePorts): DeviceRecord {
  const record: DeviceRecord = {
    version: 1,
    outside: { host: "127.0.0.1", port: ports.SSH_RPI3_PORT },
    inside: { host: containerOf(prefix, "device"), port: containerPort },
    user: loginOf("device"),
    path: "/srv/app",
    url: `http://127.0.0.1:${ports.WEB_RPI3_PORT}`,
    health: "/health",
  };
  const dir = targetDirOf(stateDir, simulatedDevice);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeDurably(join(dir, deviceRecordName), `${JSON.stringify(record)}\n`);
  return record;
}

async function refuseTakenPorts(ports: DevicePorts): Promise<void> {
  const views = await lookAtPorts(Object.values(ports));
  const taken = views.find(({ free }) => !free);
  if (taken === undefined) return;
  const name = Object.entries(ports).find(([, port]) => port === taken.port)?.[0] ?? "";
  const { port, holder = "another program", nextFree = port + 1 } = taken;
  throw conflict(
    "device_port_taken",
    `Port ${port} of the device is taken by ${holder}. Use another: add ${name}=${nextFree} to dockfra/.env.`,
    { params: { port, holder, name, nextFree } },
  );
}

/** VNC counts the first eight characters only. */
async function placeScreenPassword(stateDir: string, uid: number): Promise<void> {
  const path = screenPasswordPath(stateDir);
  await ensurePrivateDir(join(path, ".."), { uid });
  const letters = Array.from({ length: 8 }, () => passwordLetters[randomInt(passwordLetters.length)]);
  await replacePrivate(path, (await readIfThere(path)) ?? `${letters.join("")}\n`, { uid });
}

function envPathOf(stateDir: string): string {
  return join(stateDir, "roles", "devices.env");
}

/** Everything on the device belongs to who runs Dockfra; root's device to a user of its own. */
function deviceUid(): number {
  return process.getuid?.() || 10_001;
}

async function writeEnvironment({ root, stateDir, prefix }: DevicesPlace, uid = deviceUid()): Promise<void> {
  const variables = {
    DOCKFRA_PREFIX: prefix,
    DOCKFRA_ROOT: root,
    DOCKFRA_STATE: stateDir,
    DEVICE_UID: uid,
    ...(await devicePortsOf(stateDir)),
    ...pick("DEBIAN_IMAGE"),
    ...pick("BASE_IMAGE"),
  };
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}='${escapeQuotes(String(value))}'\n`,
  );
  await ensurePrivateDir(join(stateDir, "roles"));
  writeDurably(envPathOf(stateDir), lines.join(""));
}

const escapeQuotes = (text: string): string => text.replaceAll("'", String.raw`\'`);

function pick(name: string): Record<string, string> {
  const value = process.env[name];
  return value === undefined || value === "" ? {} : { [name]: value };
}

async function compose(
  { stateDir, prefix }: DevicesPlace,
  words: readonly string[],
  options: { readonly signal?: AbortSignal; readonly onLine?: (line: string) => void },
): Promise<void> {
  const args = [
    ...["compose", "--ansi=never", "--progress=plain", "--env-file", envPathOf(stateDir)],
    ...["--project-name", projectOf(prefix), "--file", join(blueprint, "docker-compose.yml"), ...words],
  ];
  const run = await runDocker(args, { timeoutMs: buildTimeoutMs, ...options });
  if (run.exitCode === 0) return;
  const reason = run.cancelled ? "it was cancelled" : lastWords(run);
  throw unavailable(
    "docker_failed",
    `docker compose ${words[0] ?? ""} of the device failed: ${reason}. Try again.`,
    {
      params: { project: projectOf(prefix), reason },
    },
  );
}
