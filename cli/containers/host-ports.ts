import { join } from "node:path";
import { conflict, invalidInput } from "../../bus/kernel/errors.ts";
import { isPortFree } from "../../bus/server/ready.ts";
import { readEnvFile, writeEnvFile } from "../../stacks/env-file/env-file.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { findPortHolder } from "../../stacks/targets/process/port-holder.ts";

/** Ports of loopback that the containers publish, by the variable that moves each. */
export const hostPorts = {
  SSH_DEVELOPER_PORT: 2200,
  SSH_MONITOR_PORT: 2201,
  SSH_MANAGER_PORT: 2202,
  SSH_AUTOPILOT_PORT: 2203,
  DESKTOP_PORT: 6081,
} as const;
export type HostPort = keyof typeof hostPorts;

/** A port that somebody else has, and the one that is used instead. */
export interface MovedPort {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly holder: string;
}

export interface PortChoice {
  readonly ports: Readonly<Record<HostPort, number>>;
  readonly moved: readonly MovedPort[];
}

export interface PortOptions {
  readonly stateDir: string;
  /** The variables whose services are started. */
  readonly names: readonly HostPort[];
  /** Take the next free port where one is taken, and keep it in `dockfra/.env`. */
  readonly move: boolean;
}

/** Reads which ports an installation's containers publish: the environment, `dockfra/.env`, the defaults. @throws `port_invalid` */
export async function readHostPorts<T extends string>(
  stateDir: string,
  defaults: Readonly<Record<T, number>>,
): Promise<Record<T, number>> {
  const file = await readEnvFile(join(stateDir, ".env"));
  const names = Object.keys(defaults) as T[];
  return Object.fromEntries(
    names.map((name) => [name, parsePort(name, process.env[name] || file.get(name)) ?? defaults[name]]),
  ) as Record<T, number>;
}

/** Finds the ports of an installation before anything is started. @throws `port_taken`, `port_invalid` */
export async function chooseHostPorts({ stateDir, names, move }: PortOptions): Promise<PortChoice> {
  const ports: Record<HostPort, number> = await readHostPorts(stateDir, hostPorts);
  const moved: MovedPort[] = [];
  const claimed = new Set<number>();
  const states = await Promise.all(
    names.map(async (name) => ({ name, free: await isPortFree(ports[name]) })),
  );
  for (const { name, free } of states) {
    const from = ports[name];
    if (free && !claimed.has(from)) {
      claimed.add(from);
      continue;
    }
    const to = await nextFree(from, new Set([...claimed, ...names.map((other) => ports[other])]));
    const holder = free ? `another variable of ${join(stateDir, ".env")}` : await holderOf(from);
    if (!move)
      throw conflict(
        "port_taken",
        `Port ${from} (${name}) is taken by ${holder}. Use another with "dockfra env set ${name} ${to}", or let Dockfra choose: --free-ports`,
        { params: { name, port: from, holder, proposal: to } },
      );
    ports[name] = to;
    claimed.add(to);
    moved.push({ name, from, to, holder });
  }
  if (moved.length > 0)
    await writeEnvFile(
      join(stateDir, ".env"),
      new Map(moved.map(({ name, to }) => [name, String(to)] as const)),
    );
  return { ports, moved };
}

/** Names who has a port: a container that publishes it, else a process, as far as the system tells. */
async function holderOf(port: number): Promise<string> {
  const [container, program] = await Promise.all([containerAt(port), findPortHolder(port)]);
  return container ?? program ?? "another program";
}

async function containerAt(port: number): Promise<string | undefined> {
  const run = await runDocker(["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"], {
    timeoutMs: 5_000,
  });
  const name = run.stdout.split("\n")[0];
  return name === undefined || name === "" ? undefined : `the container ${name}`;
}

async function nextFree(after: number, taken: ReadonlySet<number>): Promise<number> {
  // beside the ports of the other roles, so that those keep theirs
  for (let port = after + 10; port < Math.min(after + 500, 65_536); port++)
    if (!taken.has(port) && (await isPortFree(port))) return port;
  throw conflict(
    "no_free_port",
    `No port from ${after + 10} to ${after + 499} is free. End some of the programs that hold them.`,
    { params: { from: after + 10, to: after + 499 } },
  );
}

function parsePort(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw invalidInput(
    "port_invalid",
    `${name} is "${text.slice(0, 60)}", which is no port. Use a number from 1 to 65535.`,
    { params: { name, text: text.slice(0, 60) } },
  );
}
