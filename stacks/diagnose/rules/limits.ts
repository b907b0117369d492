import type { EngineEvent } from "../../watch/engine-event.ts";
import type { ServiceModel } from "../compose-model.ts";
import {
  about,
  fromEvents,
  fromInspect,
  fromLog,
  linesLike,
  onFailing,
  overrideFix,
  type Rule,
  type Offer,
} from "../cause.ts";
import type { ContainerFacts } from "../facts.ts";

const mib = 1024 * 1024;

/** Ended by the kernel because its memory was used up. */
export const outOfMemory: Rule = ({ containers, model, events }) =>
  containers
    .filter(({ state }) => state !== "removing")
    // one that was started again has forgotten why it ended
    .map((container) => ({ container, ends: events.filter(isOutOfMemory(container)).slice(-3) }))
    .filter(({ container, ends }) => container.oomKilled || ends.length > 0)
    .map(({ container, ends }) => {
      const { service, memoryLimitBytes: limit, exitCode, oomKilled } = container;
      const limitMb = Math.round(limit / mib);
      const wantedMb = Math.max(2 * limitMb, 64);
      const change = memoryChange(model?.services[service], `${wantedMb}m`);
      const isLimited = limit > 0;
      return {
        code: isLimited ? "cause_out_of_memory" : "cause_host_out_of_memory",
        params: isLimited ? { service, limitMb } : { service },
        severity: "error" as const,
        ...about(container),
        evidence: [
          ...(oomKilled
            ? [fromInspect(container, `OOMKilled, exit code ${exitCode}, memory limit ${limit} bytes`)]
            : []),
          ...fromEvents(ends),
        ],
        fixes: isLimited
          ? [overrideFix(service, change, { code: "fix_memory", params: { limitMb: wantedMb } })]
          : [],
      };
    });

/** Tells the ends of a container that the engine has started again since. */
function isOutOfMemory({ id, restarts }: ContainerFacts): (event: EngineEvent) => boolean {
  return (event) => event.id === id && event.action === "oom" && restarts > 0;
}

/** Compose refuses two places that say different limits. */
function memoryChange(service: ServiceModel | undefined, memory: string): Record<string, unknown> {
  const inDeploy = service?.deploy?.resources?.limits?.memory !== undefined;
  const atService = service?.mem_limit !== undefined;
  return {
    ...(inDeploy ? { deploy: { resources: { limits: { memory } } } } : {}),
    ...(atService || !inDeploy ? { mem_limit: memory } : {}),
    // the engine refuses less than the memory itself
    ...(service?.memswap_limit === undefined ? {} : { memswap_limit: memory }),
  };
}

/** No more files can be opened. */
export const tooManyFiles: Rule = onFailing((container, { model }) => {
  const pattern = /too many open files|EMFILE|No file descriptors available/i;
  const lines = linesLike(container, pattern);
  if (lines.length === 0 && !pattern.test(container.error)) return [];
  const { service } = container;
  return [
    {
      ...{ code: "cause_too_many_files", params: { service }, severity: "error", ...about(container) },
      evidence: lines.length > 0 ? fromLog(container, lines) : [fromInspect(container, container.error)],
      fixes: [moreFiles(service, model?.services[service]?.ulimits ?? {})],
    },
  ];
});

/** The engine's own limit where the files set one, else a higher one. */
function moreFiles(service: string, { nofile, ...others }: Readonly<Record<string, unknown>>): Offer {
  if (nofile === undefined) {
    const ulimits = { nofile: { soft: 65_536, hard: 65_536 } };
    return overrideFix(service, { ulimits }, { code: "fix_open_files", params: { limit: 65_536 } });
  }
  const isAlone = Object.keys(others).length === 0;
  const change = { ulimits: isAlone ? null : others };
  return overrideFix(service, change, { code: "fix_open_files_of_engine", params: {}, replace: true });
}

/** No more processes can be started. */
export const outOfProcesses: Rule = onFailing((container, { model }) => {
  const pattern =
    /can't fork|cannot fork|fork: (?:retry: )?Resource temporarily unavailable|unable to create (?:new )?native thread|pthread_create failed|can't start new thread/i;
  const lines = linesLike(container, pattern);
  const told = lines.length > 0 ? fromLog(container, lines) : undefined;
  const { service, error } = container;
  const isEngine = /pids\.max|fork\/exec .*resource temporarily unavailable/i.test(error);
  if (told === undefined && !isEngine) return [];
  const inDeploy = model?.services[service]?.deploy?.resources?.limits?.pids !== undefined;
  const change = inDeploy ? { deploy: { resources: { limits: { pids: 1_024 } } } } : { pids_limit: 1_024 };
  return [
    {
      ...{ code: "cause_out_of_processes", params: { service }, severity: "error", ...about(container) },
      evidence: told ?? [fromInspect(container, error)],
      fixes: [overrideFix(service, change, { code: "fix_processes", params: { limit: 1_024 } })],
    },
  ];
});

/** There is no room to write: in a memory disk with a limit, or on the host. */
export const diskFull: Rule = onFailing((container, { model }) => {
  const lines = linesLike(container, /No space left on device|ENOSPC|disk quota exceeded/i);
  if (lines.length === 0) return [];
  const { service } = container;
  const all = model?.services[service]?.tmpfs ?? [];
  const hit = all.find((spec) => /[:,]size=/.test(spec) && lines.some((line) => line.includes(pathOf(spec))));
  const cause = { severity: "error" as const, ...about(container), evidence: fromLog(container, lines) };
  if (hit === undefined) return [{ ...cause, code: "cause_disk_full", params: { service }, fixes: [] }];
  const path = pathOf(hit);
  return [
    { ...cause, code: "cause_tmpfs_full", params: { service, path }, fixes: [growTmpfs(service, hit, all)] },
  ];
});

function growTmpfs(service: string, hit: string, all: readonly string[]): Offer {
  const grown = hit.replace(/size=[^,]+/, "size=256m");
  const tmpfs = all.map((spec) => (spec === hit ? grown : spec));
  const params = { path: pathOf(hit), size: "256 MB" };
  return overrideFix(service, { tmpfs }, { code: "fix_tmpfs_size", params, replace: true });
}

function pathOf(spec: string): string {
  return spec.split(":")[0] ?? spec;
}
