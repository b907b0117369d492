import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { QuestionInput } from "../../../bus/messages/questions.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { render } from "../../../locales/render.ts";
import { listEngineProjects } from "../../../stacks/engine-projects/list.ts";
import { isHijackingKey } from "../../../stacks/env-file/keys.ts";
import { offerFix } from "../../../stacks/fix/fixes.ts";
import { sharedNetworkName } from "../../../stacks/launch/shared-network.ts";
import { askApprovals, type ApprovalWish } from "../../../stacks/policy/approvals.ts";
import { launchBlockers } from "../../../stacks/preflight/codes.ts";
import type {
  EngineHoldings,
  PortFacts,
  PreflightFacts,
  VariableFacts,
} from "../../../stacks/preflight/facts.ts";
import type { PreflightFinding } from "../../../stacks/preflight/finding.ts";
import { gatherPreflight, type StackToCheck } from "../../../stacks/preflight/gather/gather.ts";
import { ResolvedModel } from "../../../stacks/preflight/resolved-model.ts";
import { findObstacles } from "../../../stacks/preflight/preflight.ts";
import type { ResolvedProject } from "../../../stacks/launch/resolved-project.ts";
import type { LaunchPlace } from "../../../stacks/launch/place.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { findReplaced } from "../../../stacks/releases/replaced-release.ts";
import { findLaunchStacks, readForLaunch, type LaunchStack } from "../jobs/stack-places.ts";
import { findElsewhereObstacles, withoutLaunchOf } from "./elsewhere-findings.ts";
import type { ProjectReading } from "./project-reading.ts";
import { findSecretValues } from "./secret-values.ts";
import { findOtherFiles } from "./started-files.ts";
import { unlessDown } from "./suggest.ts";

/** How long a launch waits for what the host says of ports. */
const portsMs = 3_000;

type Asking = Pick<WorkerBus, "question">;

export interface PreflightOptions {
  readonly bus: Asking & Pick<WorkerBus, "serveQuestion">;
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** Answers `monitor.preflight`: what stands in the way of a launch, found before anything is started. */
export async function servePreflight(options: PreflightOptions): Promise<void> {
  await options.bus.serveQuestion(
    "monitor.preflight",
    async (input) => ({ findings: await lookAhead(input as QuestionInput<"monitor.preflight">, options) }),
    options.signal,
  );
}

interface LookOptions extends Omit<PreflightOptions, "bus" | "signal"> {
  readonly bus: Asking;
}

/** Looks at stacks, all where none is named, as a launch would find them. @throws `stack_unknown` */
export async function lookAhead(
  { stacks: names, environment }: QuestionInput<"monitor.preflight">,
  options: LookOptions,
): Promise<Finding[]> {
  const { root, stateDir } = options;
  const reading = await readForLaunch({ root, stateDir, environment });
  const launches = findLaunchStacks(reading, names, stateDir);
  const places = launches.map(({ place }) => place);
  const facts = await gather(
    places.map((place) => toCheck(place, reading)),
    reading,
    options,
  );
  const replaced = await Promise.all(launches.map((launch) => lookForReplaced(launch, stateDir)));
  const otherFiles = findOtherFiles(places, (await listEngineProjects()) ?? [], stateDir);
  const isNamed = names.length > 0;
  const found = [
    ...refusedBy(reading, places),
    ...(await findElsewhereObstacles(launches, { root, stateDir, reading, isNamed })),
    ...withoutLaunchOf([...replaced.flat(), ...otherFiles, ...findObstacles(facts)], launches, isNamed),
  ];
  return toFindings(found, facts, reading);
}

/** A stack that is about to be launched. */
export interface LaunchToCheck {
  readonly place: LaunchPlace;
  /** What Compose makes of it; absent where it refuses. */
  readonly project: ResolvedProject | undefined;
}

/** Names what surely keeps stacks from starting: nothing is looked at that takes its time. */
export async function findBlockers(
  launches: readonly LaunchToCheck[],
  reading: ProjectReading,
  holdings: EngineHoldings,
  options: LookOptions,
): Promise<Finding[]> {
  const stacks = launches.map(({ place, project }) => {
    const { data: model } = ResolvedModel.safeParse(project);
    // what Compose resolved lacks nothing
    return { ...toCheck(place, reading), ...(model ? { model, missing: [] } : {}) };
  });
  const facts = await gather(stacks, reading, options, holdings);
  const found = findObstacles(facts).filter(
    ({ code, severity }) => severity === "error" && launchBlockers.has(code),
  );
  return toFindings(found, facts, reading);
}

function gather(
  stacks: readonly StackToCheck[],
  reading: ProjectReading,
  { bus, stateDir, prefix }: LookOptions,
  holdings?: EngineHoldings,
): Promise<PreflightFacts> {
  return gatherPreflight({
    ...(holdings ? { holdings } : {}),
    root: reading.root,
    stateDir,
    stacks,
    variables: variablesOf(reading),
    lookAtPorts: (ports) => lookAtPorts(bus, ports, holdings === undefined),
    lookAtRoutes: async () => {
      const seen = await unlessDown(() => bus.question("host.detect", { key: "network_routes" }));
      return (seen?.options ?? []).map(({ value, label }) => ({ subnet: value, device: label }));
    },
    ownNetworks: [sharedNetworkName(prefix)],
    inContainer: process.env["DOCKFRA_RUNTIME"] === "docker",
  });
}

/** A launch goes on where the host says nothing of its ports: Compose will. */
async function lookAtPorts(
  bus: Asking,
  ports: readonly number[],
  isPatient: boolean,
): Promise<readonly PortFacts[]> {
  const wait = isPatient ? {} : { timeoutMs: portsMs };
  try {
    return (await bus.question("host.ports", { ports: [...ports] }, wait)).ports;
  } catch (error) {
    const isSilent =
      error instanceof DockfraError && (error.code === "host_down" || (!isPatient && error.retryable));
    if (isSilent) return [];
    throw error;
  }
}

function toFindings(
  found: readonly PreflightFinding[],
  { stacks, stateDir }: PreflightFacts,
  { variables }: ProjectReading,
): Finding[] {
  const { redact } = createRedactor(findSecretValues(variables).values);
  askApprovals(stateDir, found.flatMap(toWish));
  const placeOf = new Map(stacks.map(({ name, place }) => [name, place]));
  return found.map((one) => {
    const place = placeOf.get(one.stack ?? "");
    const fixes = place ? (one.fixes ?? []).map((offer) => offerFix(stateDir, place, offer)) : [];
    return toFinding(one, fixes, redact);
  });
}

function toWish({ hash, code, params, stack, service }: PreflightFinding): ApprovalWish[] {
  const setting = String(params["setting"] ?? code);
  const what = [stack, service, setting].filter((part) => part !== undefined).join(": ");
  return hash === undefined ? [] : [{ hash, what }];
}

function toFinding(
  { code, severity, params, stack, service, hash }: PreflightFinding,
  fixes: NonNullable<Finding["fixes"]>,
  redact: (text: string) => string,
): Finding {
  const clean = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? redact(value) : value]),
  );
  return {
    ...{ code, severity, params: clean, message: render("en", code, clean) ?? code },
    ...(stack === undefined ? {} : { stack }),
    ...(service === undefined ? {} : { service }),
    ...(fixes.length === 0 ? {} : { fixes: fixes.slice(0, 10) }),
    ...(hash === undefined ? {} : { hash }),
  };
}

/** Files that Compose refuses are told by themselves. */
async function lookForReplaced(
  { place, releases: name }: LaunchStack,
  stateDir: string,
): Promise<PreflightFinding[]> {
  try {
    const replaced = name === undefined ? undefined : await findReplaced({ stateDir, name, place });
    const code = "release_replaced";
    return replaced ? [{ code, severity: "warning", stack: place.stack, ...replaced }] : [];
  } catch (error) {
    if (error instanceof DockfraError) return [];
    throw error;
  }
}

/** Files that were left out: a stack in one of them cannot be launched at all. */
function refusedBy(
  { problems, refused, root }: ProjectReading,
  places: readonly LaunchPlace[],
): PreflightFinding[] {
  const ours = new Set(places.flatMap(({ files }) => files));
  return [
    ...refused.map(({ code, params }) => ({ code, severity: "error" as const, params })),
    ...problems.map(({ file, line, column, message }) => ({
      code: "file_refused",
      // another stack's mistake does not keep these from starting
      severity:
        places.length === 0 || ours.has(`${root}/${file}`) ? ("error" as const) : ("warning" as const),
      params: { file, line, column, why: message.replace(/\.$/, "") },
    })),
  ];
}

/** What a stack lacks: what its own `.env` gives it is there, whatever others lack. */
function toCheck(place: LaunchPlace, { root, stacks, values, variables }: ProjectReading): StackToCheck {
  const stack = stacks.find(({ files }) => `${root}/${files[0] ?? ""}` === place.files[0]);
  const own = values.get(stack?.files[0] ?? "");
  const missing = variables.filter(
    ({ name, missing: lacks, requiredFor }) =>
      lacks && requiredFor.includes(place.stack) && (own?.get(name) ?? "") === "",
  );
  // a value that is set, and be it to nothing, was meant so
  const given = new Set(variables.flatMap(({ name, value }) => (value === undefined ? [] : [name])));
  const empty = (stack?.variables ?? []).filter(
    ({ name, required, default: written, alternate }) =>
      !required && written === undefined && alternate === undefined && !given.has(name) && !own?.has(name),
  );
  return { place, missing: missing.map(({ name }) => name), empty: empty.map(({ name }) => name) };
}

function variablesOf({ variables }: ProjectReading): ReadonlyMap<string, VariableFacts> {
  return new Map(
    variables.map(({ name, value, secret, source, stacks }) => [
      name,
      {
        ...{ name, secret, stacks, writable: source !== "environment" && !isHijackingKey(name) },
        ...(value === undefined ? {} : { value }),
      },
    ]),
  );
}
