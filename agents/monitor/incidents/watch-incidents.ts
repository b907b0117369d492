import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../../bus/kernel/log.ts";
import { StackName } from "../../../bus/messages/ticket.ts";
import type { IncidentSettings } from "../../../stacks/project-file/project-schema.ts";
import { followEvents } from "../../../stacks/watch/follow-events.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";
import type { MonitorServices } from "../services.ts";
import { deployNameOf } from "../stack-service/deploy-name.ts";
import type { ProjectReading } from "../stack-service/project-reading.ts";
import type { ProjectSource } from "../stack-service/project-source.ts";
import { findChanges } from "./changes.ts";
import { writeReport } from "./incident-text.ts";
import { ProjectChecks } from "./project-checks.ts";
import { IncidentReporter } from "./reporter.ts";
import { ServiceHistory } from "./service-history.ts";

export interface IncidentWatchOptions {
  readonly services: MonitorServices;
  readonly source: Pick<ProjectSource, "read">;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Between two looks; default 5 s. */
  readonly pauseMs?: number;
}

/** Watches what runs, and lets a ticket be opened for what goes wrong there, until the signal. */
export async function watchIncidents(options: IncidentWatchOptions): Promise<void> {
  const { signal, log, pauseMs = 5_000 } = options;
  let told = "";
  const watch = createWatch(options);
  const following = followEvents({
    signal,
    onEvent: (event) => watch.history()?.take(event),
    onUp: (engine) => watch.setEngine(engine),
    onLost: () => watch.setEngine(undefined),
  });
  while (!signal.aborted) {
    try {
      await watch.look();
      told = "";
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      // an orchestrator that is away is told once
      if (text !== told && !signal.aborted) log.warn({ err: error }, "production could not be looked at");
      told = text;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  await following;
}

/** While all is quiet, every so manyth look asks whether an incident is over. */
const quietLooks = 6;

interface Watch {
  history(): ServiceHistory | undefined;
  setEngine(engine: WatchEngine | undefined): void;
  look(): Promise<void>;
}

function createWatch({ services, source, signal }: IncidentWatchOptions): Watch {
  const checks = new ProjectChecks(services);
  let engine: WatchEngine | undefined;
  let parts:
    | { readonly said: string; readonly history: ServiceHistory; readonly reporter: IncidentReporter }
    | undefined;
  let looks = 0;
  let checkedMs = Number.NEGATIVE_INFINITY;
  let reading: ProjectReading;
  let lanes: Awaited<ReturnType<typeof askLanes>> = [];
  const askLanes = async () => (await services.client.ask("deploy.list", {})).lanes;

  const partsFor = (settings: IncidentSettings): NonNullable<typeof parts> => {
    const said = JSON.stringify(settings);
    if (parts?.said === said) return parts;
    const quietMs = settings.quiet_s * 1_000;
    parts = {
      said,
      history: new ServiceHistory({ unhealthyMs: settings.unhealthy_s * 1_000 }),
      reporter: new IncidentReporter({
        ...{ client: services.client, quietMs },
        write: (symptom) => writeReport(symptom, { services, reading, lanes, quietMs }),
      }),
    };
    return parts;
  };

  return {
    history: () => parts?.history,
    setEngine(found) {
      engine = found;
      parts?.reporter.restartWatch();
    },
    async look() {
      reading = await source.read();
      const settings = reading.project.incidents;
      if (!settings.enabled) return;
      const { history, reporter } = partsFor(settings);
      if (engine) history.look(await engine.containers({ signal }));
      const isCheckDue = performance.now() - checkedMs >= settings.checks_every_s * 1_000;
      // where nothing happens, others are asked now and then only
      if (!isCheckDue && !history.hasTrouble() && looks++ % quietLooks !== 0) return;
      lanes = await askLanes();
      const isChanging = findChanges(lanes, services.stateDir);
      const stacks = namesOf(reading);
      for (const [project, names] of stacks) if (isChanging([project, ...names])) history.reset(project);
      if (isCheckDue) {
        checkedMs = performance.now();
        await checks.take(reading.project, (stack) => isChanging(namesWith(stacks, stack)), signal);
      }
      const ofServices = history.symptoms((project) => stacks.get(project)?.[0]);
      const failing = new Set(ofServices.map(({ stack }) => stack));
      // where a service is down, its pages are too
      const ofChecks = checks.symptoms().filter(({ stack }) => !failing.has(stack));
      const symptoms = [...ofServices, ...ofChecks];
      await reporter.report(symptoms);
      await reporter.clear(symptoms, ({ stack, service }) => {
        if (isChanging(namesWith(stacks, stack))) return false;
        if (service === undefined) return checks.isWell(stack);
        const projects = [...stacks].flatMap(([project, names]) => (names.includes(stack) ? [project] : []));
        return engine !== undefined && history.isWell(projects, service, settings.quiet_s * 1_000);
      });
    },
  };
}

/** The names of the stacks below ROOT by their Compose project: how a ticket calls it, then how else it is called. */
function namesOf(reading: ProjectReading): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const stack of reading.stacks) {
    const deploy = deployNameOf(stack, reading);
    const name = deploy ?? stack.name;
    if (!StackName.safeParse(name).success) continue;
    const said = deploy === undefined ? undefined : reading.project.deploy[deploy]?.project;
    found.set(said ?? stack.name, [...new Set([name, stack.name])]);
  }
  return found;
}

function namesWith(stacks: ReadonlyMap<string, string[]>, stack: string): string[] {
  return [stack, ...[...stacks.values()].filter((names) => names.includes(stack)).flat()];
}
