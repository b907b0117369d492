import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { toDockfraError, unavailable } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { roles } from "../../bus/messages/principals.ts";
import { ensureNatsServer } from "../../bus/server/fetch.ts";
import { keysDir } from "../../bus/server/keys.ts";
import { identifyProcess } from "../../stacks/processes/process-identity.ts";
import { startHost, type RunningHost } from "../host/start.ts";
import { ownIdentity, type Installation } from "../place/installation.ts";
import { lockPrefix, lockRoot } from "../place/locks.ts";
import { startCancelled } from "./cancelled.ts";
import { gatewayArguments, urlOf, type GatewayPlace } from "./gateway-place.ts";
import { endLeftovers } from "./leftovers.ts";
import { partEnvironment } from "./part-environment.ts";
import { nodeFlags } from "./node-flags.ts";
import { startNatsPart, type NatsPart } from "./nats-part.ts";
import { startPart, type Part, type PartEnd } from "./part.ts";

export interface SupervisorOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
  /** Port of the embedded bus; 0 for any. */
  readonly natsPort: number;
  readonly gateway: GatewayPlace;
  /** A bus of the user's own; the embedded one where absent. */
  readonly external?: { readonly servers: string; readonly credsDir: string };
  readonly log: Logger;
  /** Called when a part is ready for the first time; must not throw. */
  readonly onReady?: (part: string) => void;
  /** Says in a sentence what takes long or goes wrong; must not throw. */
  readonly onNote?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Everything of one root while it runs. */
export interface Supervisor {
  readonly installation: Installation;
  /** Ends everything, roles first, the bus last, and gives the locks back. */
  stop(): Promise<void>;
}

const partNames = ["orchestrator", ...roles, "gateway"] as const;
const orderOf = (part: string): number => ["nats", ...partNames].indexOf(part);
const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/**
 * Starts everything for a root and keeps it running. All parts load at once; they join when the bus answers.
 * @throws `root_in_use`, `prefix_in_use`, `part_not_ready`, `start_cancelled`, and what the bus and the parts fail with
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { root, prefix, stateDir, log, onReady = () => undefined, onNote = () => undefined } = options;
  const parts: Part[] = [];
  const failed = new AbortController();
  const cancel = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  let nats: NatsPart | undefined;
  let host: RunningHost | undefined;
  let installation: Installation = {
    ...ownIdentity(),
    sinceMs: Date.now(),
    root,
    prefix,
    runtime: "process",
    ready: false,
    parts: [],
  };
  const { lock, left } = await lockRoot(installation);
  const prefixLock = await lockPrefix(installation).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  let writing = Promise.resolve();
  const record = (change: Partial<Installation>): void => {
    installation = { ...installation, ...change };
    const snapshot = installation;
    writing = writing
      .then(() => lock.update(snapshot))
      .catch((error: unknown) => log.warn({ err: error }, "the lock could not be written"));
  };
  const recordPart = (part: string, pid: number): void => {
    const identity = identifyProcess(pid);
    if (!identity) return;
    const others = installation.parts.filter((known) => known.part !== part);
    record({
      parts: [...others, { part, ...identity }].toSorted((a, b) => orderOf(a.part) - orderOf(b.part)),
    });
  };
  const onDown = (part: string, how: string, delayMs: number): void => {
    log.warn({ part, how, delayMs }, "a part ended and is started again");
    onNote(`${part} ended (${how}) and is started again in ${delayMs} ms`);
    host?.tell("part_restarted", { part, how: how.slice(0, 500), delayMs });
  };
  const stop = async (): Promise<void> => {
    await Promise.all(parts.filter((part) => part.name !== "orchestrator").map((part) => part.stop()));
    await host?.stop();
    await Promise.all(parts.map((part) => part.stop()));
    await nats?.stop();
    await writing;
    await prefixLock.release();
    await lock.release();
    log.info("everything has stopped");
  };

  try {
    if (left && (await endLeftovers(left.parts)) > 0)
      onNote("an earlier run of this root was killed; what it left is cleaned up");
    // nothing is started in vain where there is no server to be had
    const binary = options.external ? undefined : await findServer(options);
    refuseCancelled(cancel);
    for (const name of partNames) {
      parts.push(
        startPart({
          name,
          argv: [process.execPath, ...nodeFlags(name), main, ...partArguments(name, options.gateway)],
          cwd: root,
          env: partEnvironment(name, process.env),
          logPath: join(stateDir, "logs", `${name}.log`),
          onStarted: (pid) => recordPart(name, pid),
          onRestart: ({ how, error }, delayMs) => onDown(name, error?.message ?? how, delayMs),
        }),
      );
    }
    const credsDir = options.external?.credsDir ?? keysDir(root);
    let servers = options.external?.servers;
    if (servers === undefined && binary !== undefined) {
      nats = await startNatsPart({
        binary,
        root,
        prefix,
        port: options.natsPort,
        log,
        onStarted: (server) => recordPart("nats", server.pid),
        onDown: (how, delayMs) => onDown("nats", how, delayMs),
        onFull: (freeMb) =>
          onNote(`the disk of ${root} is full (${freeMb} MB free): make room, the crew goes on by itself`),
      });
      servers = nats.url;
    }
    if (servers === undefined) throw new Error("There is neither a bus nor a program for one.");
    onReady("nats");
    record({ natsUrl: servers, credsDir });
    const start = { servers, credsDir, prefix, root, stateDir };
    for (const part of parts) part.join(start);
    host = await startHost({ ...start, log, runtime: "process" });
    onReady("host");
    await Promise.all(parts.map((part) => waitUntilReady(part, { stateDir, onReady, cancel })));
    record({ ready: true, gatewayUrl: urlOf(options.gateway), gatewayAuth: options.gateway.auth });
    await writing;
  } catch (error) {
    failed.abort();
    await stop();
    throw error;
  }
  return {
    get installation() {
      return installation;
    },
    stop,
  };
}

async function findServer({ onNote, signal }: SupervisorOptions): Promise<string> {
  const { path } = await ensureNatsServer({
    onProgress: ({ text }) => onNote?.(text),
    ...(signal ? { signal } : {}),
  });
  return path;
}

/** Everything after the program's name that starts a part. */
function partArguments(name: (typeof partNames)[number], gateway: GatewayPlace): readonly string[] {
  if (name === "gateway") return [name, ...gatewayArguments(gateway)];
  return name === "orchestrator" ? [name] : ["agent", name];
}

const readyTimeoutMs = 45_000;

function refuseCancelled({ aborted }: AbortSignal): void {
  if (aborted) throw startCancelled();
}

interface Waiting {
  readonly stateDir: string;
  readonly onReady: (part: string) => void;
  readonly cancel: AbortSignal;
}

async function waitUntilReady(part: Part, { stateDir, onReady, cancel }: Waiting): Promise<void> {
  const log = join(stateDir, "logs", `${part.name}.log`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartEnd>((resolve) => {
    timer = setTimeout(resolve, readyTimeoutMs, { how: `it said nothing for ${readyTimeoutMs / 1000} s` });
    cancel.addEventListener("abort", () => resolve({ how: "the start was cancelled" }), { once: true });
  });
  const failure = await Promise.race([part.firstReady, late]);
  clearTimeout(timer);
  refuseCancelled(cancel);
  if (failure === undefined) return onReady(part.name);
  if (failure.error && failure.error.code !== "internal") throw toDockfraError(failure.error);
  throw unavailable(
    "part_not_ready",
    `The ${part.name} did not get ready: ${failure.how}. Its log is ${log}.`,
    {
      params: { part: part.name, how: failure.how, log },
      retryable: false,
    },
  );
}
