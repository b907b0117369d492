import { createHash } from "node:crypto";
import type { Diagnosis } from "../../../bus/messages/diagnosis.ts";
import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import type { Cause } from "../../../stacks/diagnose/cause.ts";
import { findCauses } from "../../../stacks/diagnose/findings.ts";
import type { EngineLook } from "../../../stacks/diagnose/gather/engine-facts.ts";
import { gatherFacts, type PortLook } from "../../../stacks/diagnose/gather/gather.ts";
import type { Facts } from "../../../stacks/diagnose/facts.ts";
import { offerFix } from "../../../stacks/fix/fixes.ts";
import { fixOverrideFiles } from "../../../stacks/fix/override-file.ts";
import type { EventMemory } from "../../../stacks/watch/event-memory.ts";
import type { LaunchPlace } from "../../../stacks/launch/place.ts";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import { listNameOf, type readForLaunch } from "../jobs/stack-places.ts";
import { readUpOutput } from "./up-output.ts";

export interface DiagnoseOptions {
  readonly root: string;
  /** `<root>/dockfra`. */
  readonly stateDir: string;
  readonly bus: Pick<WorkerBus, "question">;
  /** What was heard of the stacks' containers. */
  readonly events?: Pick<EventMemory, "list">;
  /** What was written just now; default: by the last launch or deploy, where that failed. */
  readonly upOutput?: readonly string[];
  /** What was seen of the engine just now, where several stacks are looked at. */
  readonly engine?: EngineLook;
}

type Reading = Awaited<ReturnType<typeof readForLaunch>>;

/** Looks at one stack and says why something of it does not run; nothing secret is in what it gives. */
export async function diagnoseStack(
  place: LaunchPlace,
  reading: Reading,
  redact: (text: string) => string,
  options: DiagnoseOptions,
): Promise<{ readonly facts: Facts; readonly diagnoses: Diagnosis[] }> {
  const { stateDir, bus, engine } = options;
  const { stack, project, dir, files, envFiles, profiles, values } = place;
  const fixed = fixOverrideFiles(stateDir, project);
  const facts = await gatherFacts({
    ...{ stack, stateDir, values },
    ...(engine === undefined ? {} : { engine }),
    events: options.events?.list(project) ?? [],
    place: {
      project,
      dir,
      files: files.filter((file) => !fixed.includes(file)),
      envFiles: [...envFiles],
      profiles: [...profiles],
    },
    upOutput:
      options.upOutput ?? readUpOutput(stateDir, { stack, releases: listNameOf(reading, stack, stateDir) }),
    lookAtPorts: createPortLook(bus),
    writtenPorts: writtenPortsOf(stack, reading),
    variables: new Map(
      reading.variables.map(({ name, secret, value }) => [
        name,
        { secret, ...(value === undefined ? {} : { value }) },
      ]),
    ),
  });
  return { facts, diagnoses: findCauses(facts).map((cause) => toDiagnosis(cause, facts, redact, stateDir)) };
}

function toDiagnosis(
  cause: Cause,
  facts: Facts,
  redact: (text: string) => string,
  stateDir: string,
): Diagnosis {
  const { code, severity, service, container } = cause;
  const params = clean(cause.params, redact);
  const { stack } = facts;
  const about = [stack, service ?? "", code, ...Object.entries(cause.params).flat()].join("\n");
  return {
    id: `dia-${createHash("sha256").update(about).digest("hex").slice(0, 16)}`,
    ...{ code, params, severity, stack },
    ...(service === undefined ? {} : { service }),
    ...(container === undefined ? {} : { container }),
    evidence: cause.evidence
      .slice(0, 50)
      .map(({ source, text }) => ({ source: source.slice(0, 300), text: redact(text).slice(0, 2_000) })),
    fixes: cause.fixes.slice(0, 10).map((fix) => {
      const view = offerFix(stateDir, facts.place, fix);
      return { ...view, params: clean(view.params, redact) };
    }),
  };
}

function clean(
  params: ErrorParams,
  redact: (text: string) => string,
): ErrorParams & Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? redact(value) : value]),
  );
}

/** Without the host nobody can tell who has a port here. */
function createPortLook(bus: DiagnoseOptions["bus"]): PortLook {
  return async (ports) => {
    try {
      return (await bus.question("host.ports", { ports: [...ports] })).ports;
    } catch (error) {
      if (error instanceof DockfraError && error.code === "host_down") return [];
      throw error;
    }
  };
}

function writtenPortsOf(name: string, { stacks }: Reading): Facts["writtenPorts"] {
  const services = stacks.find((stack) => stack.name === name)?.services ?? [];
  return new Map(services.map((service) => [service.name, service.ports ?? []]));
}
