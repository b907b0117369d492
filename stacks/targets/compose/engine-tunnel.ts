import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { unavailable } from "../../../bus/kernel/errors.ts";
import { pickEnvironment } from "../../processes/environment.ts";
import { identifyProcess, isSameProcess, signalGroup } from "../../processes/process-identity.ts";
import { startProgram } from "../../processes/running-program.ts";
import { readIfThere, writeDurably } from "../durable-file.ts";

/** An engine elsewhere and how to reach it over SSH. */
export interface RemoteEngine {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** The only host key that is taken, as `type base64`; without it those of the known hosts. */
  readonly hostKey?: string;
}

const Tunnel = z.strictObject({
  socket: z.string(),
  process: z.strictObject({ pid: z.int().positive(), startedAt: z.string() }),
});
const engineSocket = "/var/run/docker.sock";
const openMs = 20_000;
/** A longer path is no name of a socket. */
const maxSocketLength = 100;
const opening = new Map<string, Promise<string>>();

/**
 * Opens a way to an engine over SSH, or takes the one that is open, and gives its address as `docker --host` has it.
 * @param dir where its state is kept
 * @throws `engine_unreachable`
 */
export function openEngine(dir: string, engine: RemoteEngine): Promise<string> {
  const known = opening.get(dir);
  if (known) return known;
  const flight = open(dir, engine).finally(() => opening.delete(dir));
  opening.set(dir, flight);
  return flight;
}

async function open(dir: string, engine: RemoteEngine): Promise<string> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "tunnel.json");
  const last = readTunnel(file);
  const isAlive = last !== undefined && isSameProcess(last.process);
  if (isAlive && (await answers(last.socket))) return `unix://${last.socket}`;
  if (isAlive) signalGroup(last.process.pid, "SIGKILL");
  const near = join(dir, "engine.sock");
  const socket =
    near.length <= maxSocketLength ? near : join(mkdtempSync(join(tmpdir(), "dockfra-")), "engine.sock");
  const ssh = startProgram(sshCommand(dir, engine, socket), {
    ...{ cwd: "/", env: pickEnvironment(["PATH", "HOME", "LANG"]) },
  });
  let words = "";
  ssh.stdout.resume();
  ssh.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-1_000)));
  let hasEnded = false;
  void ssh.exited.then(() => (hasEnded = true));
  const identity = ssh.pid === undefined ? undefined : identifyProcess(ssh.pid);
  if (identity) {
    writeDurably(file, JSON.stringify({ socket, process: identity }));
    // it must not outlive us; where we are killed, whoever comes next finds it
    process.once("exit", () => signalGroup(identity.pid, "SIGKILL"));
  }
  const untilMs = performance.now() + openMs;
  while (!hasEnded && performance.now() < untilMs) {
    if (existsSync(socket) && (await answers(socket))) return `unix://${socket}`;
    await sleep(50);
  }
  if (identity) signalGroup(identity.pid, "SIGKILL");
  const reason = words.trim().split("\n").slice(-2).join(" ") || "it did not answer in time";
  throw unavailable(
    "engine_unreachable",
    `No Docker engine answers at ${engine.user}@${engine.host}:${engine.port}: ${reason}. Check its address, key and host key.`,
    { params: { reason } },
  );
}

function sshCommand(dir: string, engine: RemoteEngine, socket: string): string[] {
  const { host, port, user, keyFile, hostKey } = engine;
  let { knownHostsFile } = engine;
  if (hostKey !== undefined) {
    knownHostsFile = join(dir, "engine_known_hosts");
    writeDurably(knownHostsFile, `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}\n`);
  }
  const options = [
    ...["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "ExitOnForwardFailure=yes"],
    ...["StreamLocalBindUnlink=yes", "ServerAliveInterval=10", "ServerAliveCountMax=3", "ConnectTimeout=10"],
    ...[`UserKnownHostsFile=${knownHostsFile}`, "GlobalKnownHostsFile=none", "LogLevel=ERROR"],
  ];
  return [
    ...["ssh", "-F", "none", "-N", "-T", "-i", keyFile, "-p", String(port), "-l", user],
    ...options.flatMap((option) => ["-o", option]),
    ...["-L", `${socket}:${engineSocket}`, "--", host],
  ];
}

/** Whether an engine is behind the socket: a way whose end is gone takes a connection and closes it. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket, () => client.write("GET /_ping HTTP/1.0\r\n\r\n"));
    const end = (isThere: boolean): void => {
      client.destroy();
      resolve(isThere);
    };
    client.setTimeout(5_000, () => end(false));
    client.on("data", (data) => end(data.toString("latin1").startsWith("HTTP/1.")));
    client.on("error", () => end(false));
    client.on("close", () => end(false));
  });
}

function readTunnel(file: string): z.infer<typeof Tunnel> | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return Tunnel.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
