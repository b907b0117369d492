import { conflict } from "../../bus/kernel/errors.ts";
import { inspectContainers, type BareContainer } from "../diagnose/gather/engine-facts.ts";
import { lastWords, runDocker, type DockerOptions } from "../targets/compose/docker-cli.ts";
import type { FixOffer } from "./plan.ts";
import { composeArgs } from "./stack-compose.ts";
import type { StepContext } from "./step-context.ts";

const upTimeoutMs = 10 * 60_000;
const pauseMs = 250;
/** What runs this long without an end counts as running. */
const settleMs = 2_000;

/** Starts the services of a fix again and waits until they run. @throws `fix_unproved` */
export async function startAndProve(
  { code, services }: FixOffer,
  context: StepContext,
  proofMs: number,
): Promise<void> {
  const { place, stateDir } = context;
  if (services !== "all" && services.length === 0) return;
  const names = services === "all" ? [] : services;
  const before = await inspectContainers(place.project);
  const startedMs = Date.now();
  const up = await runDocker([...composeArgs(place, stateDir), "up", "--detach", ...names], {
    timeoutMs: upTimeoutMs,
    ...programOptions(context),
  });
  if (up.exitCode !== 0) throw unproved(code, lastWords(up));
  const ran = before.own.filter(({ state, service }) => state !== "created" && names.includes(service));
  const now = (await inspectContainers(place.project)).own;
  // what was not made anew does not know that something changed
  const same = now.filter(
    ({ id, startedAtMs }) => startedAtMs < startedMs && ran.some((one) => one.id === id),
  );
  if (same.length > 0)
    await runDocker(["restart", "--time", "5", ...same.map(({ id }) => id)], { timeoutMs: upTimeoutMs });
  await proveRunning(code, names, context, proofMs);
}

/** Brings the services of a fix that was taken back to what the files say again; whether they run then is nobody's promise. */
export async function startAsBefore({ services, steps }: FixOffer, context: StepContext): Promise<void> {
  const { place, stateDir } = context;
  const changes = steps.some((step) => step.do === "override" || step.do === "env");
  if (!changes || (services !== "all" && services.length === 0)) return;
  await runDocker(
    [...composeArgs(place, stateDir), "up", "--detach", ...(services === "all" ? [] : services)],
    {
      timeoutMs: upTimeoutMs,
      ...programOptions(context),
    },
  );
}

function programOptions({
  values,
  signal,
  onLine,
  onStarted,
}: StepContext): Omit<DockerOptions, "timeoutMs"> {
  return {
    ...(values ? { env: values } : {}),
    ...(signal ? { signal } : {}),
    ...(onLine ? { onLine } : {}),
    ...(onStarted ? { onStarted } : {}),
  };
}

async function proveRunning(
  code: string,
  names: readonly string[],
  { place, signal }: StepContext,
  proofMs: number,
): Promise<void> {
  const deadline = performance.now() + proofMs;
  for (;;) {
    signal?.throwIfAborted();
    const { own } = await inspectContainers(place.project);
    const wanted = own.filter(({ service }) => names.length === 0 || names.includes(service));
    const states = wanted.map((container) => ({ container, state: stateOf(container) }));
    if (states.length > 0 && states.every(({ state }) => state === "good")) return;
    const bad = states.find(({ state }) => state === "bad");
    if (bad || performance.now() > deadline)
      throw unproved(
        code,
        describe(bad?.container ?? states.find(({ state }) => state !== "good")?.container),
      );
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function stateOf(container: BareContainer): "good" | "waiting" | "bad" {
  const { state, exitCode, health, restarts, startedAtMs } = container;
  if (state === "exited") return exitCode === 0 ? "good" : "bad";
  if (state === "dead") return "bad";
  if (state !== "running" || restarts > 0) return "waiting";
  if (health !== "none") return health === "healthy" ? "good" : "waiting";
  return Date.now() - startedAtMs >= settleMs ? "good" : "waiting";
}

function describe(container: BareContainer | undefined): string {
  if (container === undefined) return "no container is there";
  const { service, state, exitCode, health, error } = container;
  const how = state === "exited" ? ` (${exitCode})` : health === "none" ? "" : ` (${health})`;
  return `${service} ${state}${how}${error === "" ? "" : `: ${error}`}`.slice(0, 500);
}

function unproved(code: string, seen: string): Error {
  return conflict(
    "fix_unproved",
    `The fix was done, and it does not run yet: ${seen}. Look again: dockfra diagnose`,
    {
      params: { code, seen },
    },
  );
}
