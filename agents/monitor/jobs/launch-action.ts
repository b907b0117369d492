import { unavailable, DockfraError } from "../../../bus/kernel/errors.ts";
import { approveSettings, readApprovals } from "../../../stacks/policy/approvals.ts";
import { launchStack } from "../../../stacks/launch/launch.ts";
import { orderStacks } from "../../../stacks/launch/order.ts";
import { ensureSharedNetwork, sharedNetworkName } from "../../../stacks/launch/shared-network.ts";
import type { SettledService } from "../../../stacks/launch/settling.ts";
import { noteFailedLaunch, noteLaunched, type LaunchRun } from "../../../stacks/releases/launched-release.ts";
import { findReplaced, launchReplaces } from "../../../stacks/releases/replaced-release.ts";
import { ReleaseStore } from "../../../stacks/releases/release-store.ts";
import { assertLaneFree } from "../manual-place.ts";
import { takeTurn } from "../release-runs.ts";
import type { JobAction, JobParts, JobRun } from "./actions.ts";
import { runsElsewhere } from "./elsewhere.ts";
import { prepareStacks, type PreparedStack } from "./launch-preparation.ts";
import { findLaunchStacks, readForLaunch, type LaunchStack } from "./stack-places.ts";

interface Launched {
  readonly services: readonly SettledService[];
  readonly release?: string;
}

interface TurnOptions {
  readonly stateDir: string;
  /** Asked in the stack's turn; throws where it may not be launched now. */
  readonly mayBegin: (name: string) => Promise<void>;
}

/** Stacks that do not need each other start side by side, as many as this at once. */
const sideBySide = 3;

/** Makes the action that brings stacks up where they stand, in the order in which they need each other. */
export function createLaunch(parts: JobParts): JobAction<"launch"> {
  const { root, stateDir, prefix } = parts;
  return async (run) => {
    const { stacks: names, environment, approve = [] } = run.action;
    if (approve.length > 0) approveSettings(stateDir, approve, run.by);
    const reading = await readForLaunch({ root, stateDir, environment });
    const all = findLaunchStacks(reading, names, stateDir);
    const found = all.filter(({ elsewhere }) => elsewhere === undefined);
    leaveOut(all, run, names.length > 0 || found.length === 0);
    if (found.length === 0)
      throw unavailable("nothing_to_launch", `There is no Compose file below ${root}. Write one.`, {
        params: { root },
        retryable: false,
      });
    const prepared = await prepareStacks(found, reading, run, parts);
    for (const stack of prepared) await requireWord(stack, stateDir);
    if (prepared.some(({ needs }) => needs.has(`network ${sharedNetworkName(prefix)}`)))
      if (await ensureSharedNetwork({ prefix, root }))
        run.log(`network ${sharedNetworkName(prefix)} created`);
    const mayBegin = async (name: string): Promise<void> => {
      run.signal.throwIfAborted();
      if (parts.services && Object.hasOwn(reading.project.deploy, name))
        await assertLaneFree(parts.services, name);
    };
    const launched = await launchAll(prepared, run, { stateDir, mayBegin });
    const url = prepared.find((stack) => stack.url !== undefined)?.url;
    const releases = launched.flatMap(({ release }) => release ?? []);
    return {
      stacks: prepared.map(({ name }) => name).join(", "),
      services: launched.flatMap(({ services }) => services).length,
      ...(releases.length === 0 ? {} : { release: releases.join(", ") }),
      ...(url === undefined ? {} : { url }),
    };
  };
}

/** Compose must not start what is run in another way: one that is named is refused, of all the others start. @throws `stack_elsewhere` */
function leaveOut(stacks: readonly LaunchStack[], run: JobRun<"launch">, refuses: boolean): void {
  for (const { place, elsewhere } of stacks) {
    if (elsewhere === undefined) continue;
    const error = runsElsewhere(place.stack, elsewhere, `dockfra deploy ${elsewhere.deploy}`);
    if (refuses) throw error;
    run.log(`left out: ${error.message}`, { stack: place.stack });
  }
}

/** What a ticket brought is replaced only by a person who knows of it. @throws `launch_replaces_release` */
async function requireWord(
  { place, project, releases: name }: PreparedStack,
  stateDir: string,
): Promise<void> {
  const replaced = name === undefined ? undefined : await findReplaced({ stateDir, name, place, project });
  if (replaced && !readApprovals(stateDir).has(replaced.hash)) throw launchReplaces(replaced);
}

/** Starts each stack as soon as those that it needs run; where one fails, those that need it are left out. */
async function launchAll(
  prepared: readonly PreparedStack[],
  run: JobRun<"launch">,
  options: TurnOptions,
): Promise<Launched[]> {
  const { stacks, circle } = orderStacks(prepared);
  if (circle.length > 0) run.log(`${circle.join(", ")} wait for each other, so they start in this order`);
  const free = createSlots(sideBySide);
  const flights = new Map<string, Promise<Launched>>();
  for (const [index, stack] of stacks.entries()) {
    const earlier = stacks.slice(0, index).filter((other) => needsOther(stack, other));
    const ready = Promise.all(earlier.flatMap(({ name }) => flights.get(name) ?? []));
    flights.set(
      stack.name,
      ready.then(
        () => free(() => launchInTurn(stack, run, options)),
        () => Promise.reject(leftOut(stack, earlier)),
      ),
    );
  }
  const ends = await Promise.allSettled(flights.values());
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [toError(end.reason)] : []));
  const first = failures.find((error) => !isLeftOut(error)) ?? failures[0];
  if (first) throw first;
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

function needsOther(stack: PreparedStack, other: PreparedStack): boolean {
  return stack.after.includes(other.name) || [...stack.needs].some((name) => other.makes.has(name));
}

/** A ticket's candidate is not replaced while it is on its way or on trial. */
function launchInTurn(
  stack: PreparedStack,
  run: JobRun<"launch">,
  { stateDir, mayBegin }: TurnOptions,
): Promise<Launched> {
  const { releases: name } = stack;
  if (name === undefined) return launchOne(stack, run, stateDir);
  return takeTurn(stateDir, name, async () => {
    await mayBegin(name);
    return launchOne(stack, run, stateDir);
  });
}

/** Launches one stack, and notes how that went as a release. */
async function launchOne(
  { place, project, releases: name }: PreparedStack,
  run: JobRun<"launch">,
  stateDir: string,
): Promise<Launched> {
  const { build = false, pull = false } = run.action;
  const { stack } = place;
  const launch =
    name === undefined ? undefined : { stateDir, name, place, project, by: run.by, startedAtMs: Date.now() };
  let services: readonly SettledService[];
  try {
    services = await launchStack(place, project, {
      ...{ build, pull, signal: run.signal },
      onStep: (progress) => run.step(progress),
      onLine: (line, service) => run.log(line, { stack, ...(service === undefined ? {} : { service }) }),
      onStarted: (pid) => run.started(pid),
    });
  } catch (thrown) {
    const error = toError(thrown);
    if (launch === undefined) throw error;
    noteFailedLaunch(launch, run.signal.aborted ? "cancelled" : "not_restored", error.message);
    throw withWayBack(error, launch);
  }
  return { services, ...(launch ? { release: await noteLaunched(launch, services) } : {}) };
}

/** Names what `rollback` can put back where a launch failed: the containers stay, so that they can be looked at. */
function withWayBack(error: Error, { stateDir, name }: Pick<LaunchRun, "stateDir" | "name">): Error {
  const current = new ReleaseStore(stateDir, name).current();
  if (!(error instanceof DockfraError) || current === undefined) return error;
  const { kind, code, message, params, retryable } = error;
  return new DockfraError(kind, code, message, {
    params: { ...params, rollback: name },
    ...{ retryable, cause: error },
  });
}

function leftOut({ name }: PreparedStack, earlier: readonly PreparedStack[]): DockfraError {
  const needed = earlier.map((other) => other.name).join(", ");
  return unavailable("stack_left_out", `"${name}" was not started: it needs ${needed}. Mend that first.`, {
    params: { stack: name, needed },
    retryable: false,
  });
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function isLeftOut(error: Error): boolean {
  return error instanceof DockfraError && error.code === "stack_left_out";
}

/** Lets so many run at once; others wait in line. */
function createSlots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const line: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else free += 1;
    }
  };
}
