import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toDockfraError, unavailable } from "../../bus/kernel/errors.ts";
import { roles, type Role } from "../../bus/messages/principals.ts";
import { startCancelled } from "./cancelled.ts";
import { gatewayArguments, type GatewayPlace } from "./gateway-place.ts";
import { nodeFlags } from "./node-flags.ts";
import { partEnvironment } from "./part-environment.ts";
import { startPart, type Part, type PartEnd } from "./part.ts";

/** Parts that can be processes of their own beside the bus. */
export type PartName = "orchestrator" | "gateway" | Role;

const order: readonly string[] = ["nats", "orchestrator", ...roles, "gateway"];
const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Where a part stands in a list of all. */
export function partOrder(part: string): number {
  return order.indexOf(part);
}

export interface LaunchOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly gateway: GatewayPlace;
  /** Called at each start; must not throw. */
  readonly onStarted: (part: string, pid: number) => void;
  /** Called when it died by itself and will be started again; must not throw. */
  readonly onDown: (part: string, how: string, delayMs: number) => void;
}

/** Starts one part as a process that is kept running; it loads its code and waits to be told where the bus is. */
export function launchPart(name: PartName, options: LaunchOptions): Part {
  const { root, stateDir, gateway, onStarted, onDown } = options;
  return startPart({
    name,
    argv: [process.execPath, ...nodeFlags(name), main, ...argumentsOf(name, gateway)],
    cwd: root,
    env: partEnvironment(name, process.env),
    logPath: join(stateDir, "logs", `${name}.log`),
    onStarted: (pid) => onStarted(name, pid),
    onRestart: ({ how, error }, delayMs) => onDown(name, error?.message ?? how, delayMs),
  });
}

/** Everything after the program's name that starts a part. */
function argumentsOf(name: PartName, gateway: GatewayPlace): readonly string[] {
  if (name === "gateway") return [name, ...gatewayArguments(gateway)];
  return name === "orchestrator" ? [name] : ["agent", name];
}

const readyTimeoutMs = 45_000;

export interface Waiting {
  readonly stateDir: string;
  readonly onReady: (part: string) => void;
  readonly cancel: AbortSignal;
}

/** Waits until a part says that it is ready. @throws `part_not_ready`, `start_cancelled`, what the part failed with */
export async function waitUntilReady(part: Part, { stateDir, onReady, cancel }: Waiting): Promise<void> {
  const log = join(stateDir, "logs", `${part.name}.log`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartEnd>((resolve) => {
    timer = setTimeout(resolve, readyTimeoutMs, { how: `it said nothing for ${readyTimeoutMs / 1000} s` });
    cancel.addEventListener("abort", () => resolve({ how: "the start was cancelled" }), { once: true });
  });
  const failure = await Promise.race([part.firstReady, late]);
  clearTimeout(timer);
  if (cancel.aborted) throw startCancelled();
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
