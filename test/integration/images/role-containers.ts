import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import { clientArguments } from "../../../cli/ssh/client-options.ts";
import { ensureSshKeys } from "../../../cli/ssh/keys.ts";
import { placeRoleKeys } from "../../../cli/ssh/role-keys.ts";
import { makeScratch } from "../../support/scratch.ts";
import { freePort } from "../targets/free-port.ts";

const home = join(import.meta.dirname, "../../..");
const networks = ["shared", "mgmt", "dev", "proxy", "backend", "frontend"];
const stackOf = (role: Role): string => (role === "developer" ? "app" : "management");

/** What a program in a container did. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The four roles in containers of the real blueprints, with a real bus and nobody else on it. */
export interface RoleContainers extends AsyncDisposable {
  readonly prefix: string;
  readonly stateDir: string;
  readonly ports: Readonly<Record<Role, number>>;
  /** Runs a program in a role's container as a user of it, without any capability. */
  readonly as: (role: Role, uid: number, ...argv: readonly string[]) => Promise<ProgramResult>;
  /** Runs a command by SSH, as the operator. */
  readonly ssh: (role: Role, command: readonly string[], options?: SshOptions) => Promise<ProgramResult>;
  /** The arguments of an SSH client up to the address. */
  readonly sshArguments: (role: Role) => string[];
}

export interface SshOptions {
  /** Arguments before the address, as `-tt`. */
  readonly flags?: readonly string[];
  readonly input?: string;
}

export interface BuildOptions {
  /** Directory of the sources; default: this clone. */
  readonly dir?: string;
  /** Further arguments of `docker buildx bake`. */
  readonly words?: readonly string[];
}

/** Builds the images of a prefix; gives how long that took. */
export async function buildImages(
  prefix: string,
  { dir = home, words = [] }: BuildOptions = {},
): Promise<number> {
  const startMs = performance.now();
  await execa("docker", ["buildx", "bake", "--file", "agents/image/bake.hcl", ...words], {
    cwd: dir,
    env: { PREFIX: prefix },
  });
  return performance.now() - startMs;
}

/** Copies what the images are made of, so that it stays the same for a while. */
export async function copySources(to: string): Promise<void> {
  const names = [
    "package.json",
    "package-lock.json",
    "agents",
    "bus",
    "cli",
    "locales",
    "stacks",
    "terminal",
  ];
  await execa("cp", ["-r", ...names.map((name) => join(home, name)), to]);
}

/** Removes the images of a prefix. */
export async function removeImages(prefix: string): Promise<void> {
  const names = ["base", ...roles].map((name) => `${prefix}-ssh-${name}`);
  await execa("docker", ["rmi", "--force", ...names], { reject: false });
}

/** Starts the containers from the blueprints and waits until each is healthy. */
export async function startRoleContainers(prefix: string): Promise<RoleContainers> {
  const scratch = await makeScratch();
  const root = scratch.path("project");
  const stateDir = join(root, "dockfra");
  const ports = await choosePorts();
  await prepareState({ prefix, root, stateDir, ports });
  const envFile = join(stateDir, "roles/compose.env");
  const env = {
    DOCKFRA_PREFIX: prefix,
    DOCKFRA_ROOT: root,
    DOCKFRA_STATE: stateDir,
    DOCKFRA_SERVERS: `nats://${prefix}-nats:4222`,
    DOCKFRA_AGENT_UID: agentUid("manager"),
    DOCKFRA_MONITOR_UID: agentUid("monitor"),
    DOCKER_SOCKET: "/var/run/docker.sock",
    NATS_PORT: await freePort(),
    ...Object.fromEntries(roles.map((role) => [`SSH_${role.toUpperCase()}_PORT`, ports[role]])),
  };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(envFile, lines.join(""));
  const compose = (stack: string, ...words: readonly string[]) =>
    execa("docker", [
      ...["compose", "--env-file", envFile, "--profile", "nats"],
      ...["--file", join(home, "stacks/blueprints", stack, "docker-compose.yml"), ...words],
    ]);
  const sshArguments = (role: Role): string[] =>
    clientArguments({ host: role, port: ports[role], keysDir: join(stateDir, "ssh") });
  const dispose = async (): Promise<void> => {
    for (const stack of ["app", "management"])
      await compose(stack, "down", "--volumes", "--timeout", "1").catch((error: unknown) =>
        console.error(error),
      );
    await execa("docker", ["network", "rm", ...networks.map((name) => `${prefix}-${name}`)], {
      reject: false,
    });
    await scratch[Symbol.asyncDispose]();
  };
  try {
    await Promise.all(networks.map((name) => execa("docker", ["network", "create", `${prefix}-${name}`])));
    // a role ends where the bus' name is not known for long, and comes back; that is not what is waited for here
    await compose("management", "up", "--detach", "--wait", "--wait-timeout", "120", "nats");
    await Promise.all(
      ["management", "app"].map((stack) =>
        compose(stack, "up", "--detach", "--wait", "--wait-timeout", "120"),
      ),
    );
  } catch (error) {
    const logs = await Promise.all(
      roles.map((role) =>
        compose(stackOf(role), "logs", "--tail", "10", `ssh-${role}`).catch(() => undefined),
      ),
    );
    await dispose();
    throw new Error(`The containers did not get healthy:\n${logs.map((log) => log?.stdout).join("\n")}`, {
      cause: error,
    });
  }
  return {
    prefix,
    stateDir,
    ports,
    as: (role, uid, ...argv) =>
      run("docker", [
        ...["exec", `${prefix}-ssh-${role}`, "setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"],
        ...["--inh-caps=-all", "--ambient-caps=-all", "--", ...argv],
      ]),
    ssh: (role, command, { flags = [], input } = {}) => {
      const known = sshArguments(role);
      return run("ssh", [...known.slice(0, -1), ...flags, ...known.slice(-1), ...command], input);
    },
    sshArguments,
    [Symbol.asyncDispose]: dispose,
  };
}

/** The uid of a role's agent, as `dockfra up` chooses it. */
export function agentUid(role: Role): number {
  const own = process.getuid?.() ?? 0;
  if (own !== 0) return own;
  return role === "monitor" ? 0 : 10_000;
}

interface StatePlace {
  readonly prefix: string;
  readonly root: string;
  readonly stateDir: string;
  readonly ports: Readonly<Record<Role, number>>;
}

async function prepareState({ prefix, root, stateDir, ports }: StatePlace): Promise<void> {
  const own = [
    "keys",
    "ssh",
    "roles",
    "nats",
    "gateway",
    "logs",
    "releases",
    "targets",
    "exchange",
    "mirror",
  ];
  for (const name of own) await mkdir(join(stateDir, name), { recursive: true, mode: 0o700 });
  await writeFile(join(root, "dockfra.yaml"), "version: 1\n");
  const cli = ["bus", "config", "--root", root, "--prefix", prefix, "--creds", join(stateDir, "keys/creds")];
  const { stdout } = await execa(join(home, "bin/dockfra"), cli);
  await writeFile(join(stateDir, "nats/accounts.conf"), stdout, { mode: 0o644 });
  await ensureSshKeys({ stateDir, prefix, ports: { ...ports, device: 2224 } });
  for (const role of roles) {
    const uid = agentUid(role);
    await placeRoleKeys(role, { stateDir, prefix, agentUid: uid });
    const creds = join(stateDir, "roles", role, "creds");
    await mkdir(creds, { recursive: true, mode: 0o700 });
    await mkdir(join(stateDir, role), { recursive: true, mode: 0o700 });
    await execa("cp", [join(stateDir, `keys/creds/${role}.nk`), creds]);
    if (process.getuid?.() === 0)
      for (const path of [join(stateDir, role), creds, join(creds, `${role}.nk`)])
        await chown(path, uid, uid);
  }
}

async function choosePorts(): Promise<Record<Role, number>> {
  const entries: [Role, number][] = [];
  for (const role of roles) entries.push([role, await freePort()]);
  return Object.fromEntries(entries) as Record<Role, number>;
}

async function run(file: string, args: readonly string[], input?: string): Promise<ProgramResult> {
  const { exitCode, stdout, stderr } = await execa(file, args, {
    reject: false,
    timeout: 30_000,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  return { exitCode: exitCode ?? -1, stdout, stderr };
}
