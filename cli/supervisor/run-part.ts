import { hostname } from "node:os";
import { invalidInput, toErrorInfo } from "../../bus/kernel/errors.ts";
import { createLogger, type Logger } from "../../bus/kernel/log.ts";
import type { Role } from "../../bus/messages/principals.ts";
import { parsePrefix } from "../../bus/subjects.ts";
import type { Invocation } from "../invocation.ts";
import { findInstallation } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { fromSystem } from "../terminal/failure.ts";
import type { GatewayFlags } from "./gateway-place.ts";
import { PartStart, type PartContext, type PartMessage } from "./part-protocol.ts";

export interface PartFlags {
  readonly servers?: string;
  readonly creds?: string;
  readonly instance?: string;
}

/** `orchestrator`. */
export async function runOrchestratorPart(invocation: Invocation<PartFlags>): Promise<number> {
  return runPart(
    invocation,
    "orchestrator",
    async () => (await import("./part-orchestrator.ts")).orchestratorPart,
  );
}

/** `agent <role>`. */
export async function runAgentPart(invocation: Invocation<PartFlags>, role: Role): Promise<number> {
  const load = async () => {
    const { agentPart } = await import("./part-agent.ts");
    return (context: PartContext) => agentPart(role, context);
  };
  const { isInContainer } = await import("./container-start.ts");
  return isInContainer(process.env)
    ? runInContainer(invocation, role, load)
    : runPart(invocation, role, load);
}

/** `host`. */
export async function runHostPart(invocation: Invocation<PartFlags>): Promise<number> {
  return runPart(invocation, "host", async () => (await import("./part-host.ts")).hostPart);
}

/** `gateway`. */
export async function runGatewayPart(invocation: Invocation<PartFlags & GatewayFlags>): Promise<number> {
  return runPart(invocation, "gateway", async () => {
    const [{ gatewayPart }, { readGatewayFlags }] = await Promise.all([
      import("./part-gateway.ts"),
      import("./gateway-place.ts"),
    ]);
    const place = readGatewayFlags(invocation.options);
    return (context) => gatewayPart(place, context);
  });
}

/** Runs a role's agent where its container's environment says everything; who watches it is the engine. */
async function runInContainer(
  { signal }: Invocation<PartFlags>,
  role: Role,
  load: () => Promise<(context: PartContext) => Promise<void>>,
): Promise<number> {
  const log = createLogger(role);
  // files of a work tree are the sandbox's too; what is private says so itself
  process.umask(0o002);
  try {
    const [{ readContainerStart }, run] = await Promise.all([import("./container-start.ts"), load()]);
    const start = readContainerStart(role, process.env);
    log.info({ servers: start.servers, prefix: start.prefix }, `${role} starts in its container`);
    await run({ ...start, log, signal, ready: () => log.info("ready") });
    log.info(`${role} has stopped`);
    return 0;
  } catch (error) {
    const info = toErrorInfo(fromSystem(error));
    log.error({ err: error, code: info.code }, info.message);
    throw error;
  }
}

/** Loads a part's code, learns where the bus is, and runs the part until it is told to stop or its parent is gone. */
async function runPart(
  invocation: Invocation<PartFlags>,
  name: string,
  load: () => Promise<(context: PartContext) => Promise<void>>,
): Promise<number> {
  const supervised = process.send !== undefined && process.env["DOCKFRA_SUPERVISED"] === "1";
  const log = createLogger(name);
  const orphaned = new AbortController();
  // listen before anything is loaded: what the supervisor sends early must not be lost
  const told = supervised ? listen(orphaned, invocation.signal) : readFlags(invocation);
  try {
    const [start, run] = await Promise.all([told, load()]);
    const signal = AbortSignal.any([invocation.signal, orphaned.signal]);
    const announce = (): void => tellParent({ type: "ready" });
    if (start !== undefined && !signal.aborted) {
      log.info({ servers: start.servers, prefix: start.prefix }, `${name} starts`);
      await run({
        ...start,
        log,
        signal,
        ready: announce,
        instance: invocation.options.instance ?? (supervised ? name : defaultInstance(name)),
      });
    }
    if (start !== undefined && orphaned.signal.aborted && name === "orchestrator")
      await stopOrphanedBus(start.root, log);
    log.info(`${name} has stopped`);
    return 0;
  } catch (error) {
    const info = toErrorInfo(fromSystem(error));
    tellParent({ type: "failed", error: info });
    log.error({ err: error, code: info.code }, info.message);
    throw error;
  } finally {
    if (process.connected) process.disconnect();
  }
}

/** The same after a restart: an agent finds its clones by it. */
function defaultInstance(name: string): string {
  return `${name}-${hostname().replaceAll(/[^A-Za-z0-9-]/g, "-")}`.slice(0, 60);
}

/** Gives what the supervisor tells; nothing where the part is to end before that. */
function listen(orphaned: AbortController, signal: AbortSignal): Promise<PartStart | undefined> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    process.once("message", (raw: unknown) => resolve(PartStart.parse(raw)));
    process.once("disconnect", () => {
      orphaned.abort("the supervisor is gone");
      reject(
        invalidInput(
          "supervisor_gone",
          "The supervisor ended before it said where the bus is. Start everything with dockfra up.",
        ),
      );
      // a part that cannot end in good time must not stay either
      setTimeout(() => process.exit(1), 10_000).unref();
    });
  });
}

/** The bus of a supervisor that was killed has nobody to stop it but the part that needs it most. */
async function stopOrphanedBus(root: string, log: Logger): Promise<void> {
  if (await findInstallation(root)) return;
  const [{ stopLeftover }, { natsLayout }] = await Promise.all([
    import("../../bus/server/leftover.ts"),
    import("../../bus/server/layout.ts"),
  ]);
  await stopLeftover(natsLayout(root), log);
}

function tellParent(message: PartMessage): void {
  // a parent that is just going away needs no answer
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Where the bus is for a part that runs alone: as the options say, else as the running installation of the root. */
async function readFlags({ options }: Invocation<PartFlags>): Promise<PartStart> {
  const root = await resolveRoot(options.root);
  const running = await findInstallation(root);
  const servers = options.servers ?? running?.natsUrl;
  const credsDir = options.creds ?? running?.credsDir;
  if (servers === undefined || credsDir === undefined)
    throw invalidInput(
      "servers_missing",
      `Nothing runs for ${root}, so say where the bus is: --servers nats://host:4222 --creds DIR. "dockfra bus config" makes both.`,
      {
        params: { root },
      },
    );
  const prefix = parsePrefix(options.prefix ?? running?.prefix ?? (await prefixOf(root, options.prefix)));
  return { servers, credsDir, prefix, root, stateDir: await prepareStateDir(root) };
}
