import {
  about,
  fromEvents,
  fromInspect,
  fromLog,
  isFailing,
  overrideFix,
  type Cause,
  type Rule,
} from "../cause.ts";
import type { ContainerFacts } from "../facts.ts";
import { restartFix } from "./health.ts";

/** It ends and is started again, again and again. */
export const crashLoop: Rule = ({ containers, events }) =>
  containers.filter(isLooping).map((container) => {
    const { service, restarts, exitCode } = container;
    return {
      ...{ code: "cause_crash_loop", params: { service, restarts, exitCode }, severity: "error" as const },
      ...{ general: true, ...about(container) },
      evidence: [
        fromInspect(container, `${restarts} restarts, exit code ${exitCode}`),
        ...fromEvents(events.filter(({ id, action }) => id === container.id && action === "die").slice(-3)),
        ...lastLines(container),
      ],
      fixes: [
        {
          ...{ code: "fix_stop_loop", params: { service }, safe: true, services: [] },
          steps: [{ do: "stop" as const, container: container.name }],
        },
      ],
    };
  });

/** It ended with an error, or could not even begin. */
export const ended: Rule = ({ containers }) =>
  containers
    .filter((container) => isFailing(container) && !isLooping(container) && container.health !== "unhealthy")
    .filter(({ state }) => state !== "running")
    .map((container) => {
      const { service, exitCode, error } = container;
      return {
        ...{ code: "cause_ended", params: { service, exitCode }, severity: "error" as const, general: true },
        ...about(container),
        evidence: [...(error === "" ? [] : [fromInspect(container, error)]), ...lastLines(container)],
        fixes: [restartFix(service)],
      };
    });

/** Its container ended badly and was removed, so that nothing is left to look at but what was heard. */
export const removed: Rule = ({ model, containers, events }) =>
  Object.keys(model?.services ?? {}).flatMap((service): Cause[] => {
    if (containers.length === 0 || containers.some((container) => container.service === service)) return [];
    const own = events.filter((event) => event.service === service);
    const end = own.findLast(({ action }) => action === "die");
    const { exitCode = 0 } = end ?? {};
    const told = own.filter(({ id }) => id === end?.id).map(({ action }) => action);
    // a busy engine may tell of an end after the removal
    const isGone = told.includes("destroy") && own.at(-1)?.id === end?.id;
    if (end === undefined || !isGone || exitCode === 0 || told.includes("kill")) return [];
    return [
      {
        ...{ code: "cause_removed", params: { service, exitCode }, severity: "error" as const, service },
        ...{ general: true, evidence: fromEvents(own.slice(-3)), fixes: [restartFix(service)] },
      },
    ];
  });

/** It does not come back by itself after it ended, or after the machine was started again. */
export const noRestartPolicy: Rule = ({ containers, model }) =>
  containers.flatMap((container): Cause[] => {
    const { service, restartPolicy, state } = container;
    const written = model?.services[service];
    const isJob =
      (written?.restart === "no" && state === "exited") || (container.exitCode === 0 && state === "exited");
    const isServer =
      container.ports.length > 0 || (written?.ports.length ?? 0) > 0 || written?.healthcheck !== undefined;
    if (written === undefined || isJob || !isServer || (restartPolicy !== "" && restartPolicy !== "no"))
      return [];
    if (written.restart !== undefined) return [];
    return [
      {
        ...{ code: "cause_no_restart_policy", params: { service }, severity: "info", ...about(container) },
        evidence: [fromInspect(container, "RestartPolicy: no")],
        fixes: [
          overrideFix(
            service,
            { restart: "unless-stopped" },
            { code: "fix_restart_policy", params: { policy: "unless-stopped" } },
          ),
        ],
      },
    ];
  });

function isLooping({ state, restarts }: ContainerFacts): boolean {
  return state === "restarting" || (state === "running" && restarts >= 3);
}

function lastLines(container: ContainerFacts) {
  return fromLog(container, container.log.slice(-5));
}
