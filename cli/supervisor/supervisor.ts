import { toErrorInfo, type ErrorParams } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { roles } from "../../bus/messages/principals.ts";
import { ensureNatsServer } from "../../bus/server/fetch.ts";
import { ensureKeys, keysDir } from "../../bus/server/keys.ts";
import { identifyProcess } from "../../stacks/processes/process-identity.ts";
import { startHost, type RunningHost } from "../host/start.ts";
import { warningOf, type RuntimeChoice } from "../containers/runtime-choice.ts";
import type { RoleCrew } from "../containers/role-crew.ts";
import { ownIdentity, type Installation } from "../place/installation.ts";
import { lockPrefix, lockRoot } from "../place/locks.ts";
import { startCancelled } from "./cancelled.ts";
import { urlOf, type GatewayPlace } from "./gateway-place.ts";
import { endLeftovers } from "./leftovers.ts";
import { startNatsPart, type NatsPart } from "./nats-part.ts";
import type { Part } from "./part.ts";
import { launchPart, partOrder, waitUntilReady, type PartName } from "./process-parts.ts";

export interface SupervisorOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
  /** Port of the embedded bus; 0 for any. */
  readonly natsPort: number;
  readonly gateway: GatewayPlace;
  /** How the roles run. */
  readonly choice: RuntimeChoice;
  /** Whether the roles become processes where their containers cannot be had. */
  readonly mayFallBack: boolean;
  /** Take the next free port where one of the containers' is taken. */
  readonly movePorts: boolean;
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

/**
 * Starts everything for a root and keeps it running. All parts load at once; they join when the bus answers.
 * @throws `root_in_use`, `prefix_in_use`, `part_not_ready`, `start_cancelled`, and what the bus, the parts and the containers fail with
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const {
    root,
    prefix,
    stateDir,
    log,
    choice,
    onReady = () => undefined,
    onNote = () => undefined,
  } = options;
  const parts: Part[] = [];
  const failed = new AbortController();
  const cancel = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  let nats: NatsPart | undefined;
  let host: RunningHost | undefined;
  let crew: RoleCrew | undefined;
  let installation: Installation = {
    ...ownIdentity(),
    sinceMs: Date.now(),
    root,
    prefix,
    runtime: choice.runtime,
    ...(choice.warning === undefined ? {} : { runtimeWarning: choice.warning }),
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
      parts: [...others, { part, ...identity }].toSorted((a, b) => partOrder(a.part) - partOrder(b.part)),
    });
  };
  // what happens before there is a feed is told as soon as there is one
  const untold: (readonly [string, ErrorParams])[] = [];
  const tell = (code: string, params: ErrorParams): void => {
    if (host) host.tell(code, params);
    else untold.push([code, params]);
  };
  const onDown = (part: string, how: string, delayMs: number): void => {
    log.warn({ part, how, delayMs }, "a part ended and is started again");
    onNote(`${part} ended (${how}) and is started again in ${delayMs} ms`);
    host?.tell("part_restarted", { part, how: how.slice(0, 500), delayMs });
  };
  const launch = (name: PartName): Part => {
    const part = launchPart(name, {
      root,
      stateDir,
      gateway: options.gateway,
      onStarted: recordPart,
      onDown,
    });
    parts.push(part);
    return part;
  };
  const stop = async (): Promise<void> => {
    await Promise.all([
      ...parts.filter((part) => part.name !== "orchestrator").map((part) => part.stop()),
      crew?.stop(),
    ]);
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
    const credsDir = options.external?.credsDir ?? keysDir(root);
    if (choice.runtime === "docker") {
      const { startRoleCrew } = await import("../containers/role-crew.ts");
      if (!options.external) await ensureKeys(credsDir);
      crew = await startRoleCrew({
        ...options,
        engine: choice.engine,
        credsDir,
        tell,
        onNote,
        signal: cancel,
      });
    } else await clearContainers(options, left);
    const first: PartName[] = choice.runtime === "docker" ? [] : [...roles];
    for (const name of ["orchestrator", ...first, "gateway"] as const) launch(name);
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
    crew?.lead(servers);
    host = await startHost({
      ...start,
      log,
      runtime: () => ({
        runtime: installation.runtime,
        ...(installation.runtimeWarning ? { runtimeWarning: installation.runtimeWarning } : {}),
        ...(installation.sshPorts ? { sshPorts: installation.sshPorts } : {}),
      }),
    });
    for (const [code, params] of untold.splice(0)) host.tell(code, params);
    onReady("host");
    const waitForParts = Promise.all(
      parts.map((part) => waitUntilReady(part, { stateDir, onReady, cancel })),
    );
    // its failure is seen below, after the containers'
    waitForParts.catch(() => undefined);
    if (crew) {
      record({ sshPorts: crew.sshPorts });
      try {
        await crew.ready({ signal: cancel, onReady });
      } catch (error) {
        if (!options.mayFallBack || cancel.aborted) throw error;
        await crew.stop();
        crew = undefined;
        const runtimeWarning = warningOf(toErrorInfo(error));
        log.warn({ err: error }, "the roles run as processes instead of containers");
        installation = { ...installation };
        delete installation.sshPorts;
        record({ runtime: "process", runtimeWarning });
        const roleParts = roles.map((role) => launch(role));
        for (const part of roleParts) part.join(start);
        await Promise.all(roleParts.map((part) => waitUntilReady(part, { stateDir, onReady, cancel })));
      }
    }
    await waitForParts;
    const warning = installation.runtimeWarning;
    if (warning) host.tell(warning.code, warning.params);
    record({ ready: true, gatewayUrl: urlOf(options.gateway), gatewayAuth: options.gateway.auth });
    await writing;
  } catch (error) {
    failed.abort();
    await stop();
    throw options.signal?.aborted ? startCancelled() : error;
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

/** Roles that become processes again find theirs what containers had, and no container of a killed run beside them. */
async function clearContainers(
  { stateDir, prefix, log }: SupervisorOptions,
  left: Installation | undefined,
): Promise<void> {
  const { takeBackRolePlaces } = await import("../containers/role-places.ts");
  if (left?.runtime === "docker") {
    const { stopOwn } = await import("../containers/own-stacks.ts");
    await stopOwn(prefix).catch((error: unknown) =>
      log.warn({ err: error }, "containers of an earlier run could not be removed"),
    );
  }
  await takeBackRolePlaces(stateDir);
}

function refuseCancelled({ aborted }: AbortSignal): void {
  if (aborted) throw startCancelled();
}
