import { about, fromInspect, fromUp, overrideFix, type Cause, type Rule, type Offer } from "../cause.ts";
import type { ContainerFacts, Facts } from "../facts.ts";

const missingTool =
  /exec: "([^"]+)": (?:executable file not found|stat [^:]+: no such file)|(?:sh|bash): (?:\d+: |line \d+: )?([\w.-]+): (?:command )?not found/;

/** A health check that calls a program the image does not have. */
export const healthToolMissing: Rule = (facts) =>
  facts.containers.flatMap((container): Cause[] => {
    const last = container.healthLog.findLast(({ output }) => missingTool.test(output));
    const match = missingTool.exec(last?.output ?? "");
    const tool = match?.[1] ?? match?.[2];
    if (container.health === "healthy" || last === undefined || tool === undefined) return [];
    const { service } = container;
    return [
      {
        ...{
          code: "cause_health_tool_missing",
          params: { service, tool },
          severity: "error",
          ...about(container),
        },
        evidence: [fromInspect(container, last.output)],
        fixes: otherCheck(container, facts),
      },
    ];
  });

/** Asks for the same page with a program that is there. */
function otherCheck({ service, tools = [] }: ContainerFacts, { model }: Facts): Offer[] {
  const check = model?.services[service]?.healthcheck;
  const url = check?.test?.join(" ").match(/https?:\/\/[^\s'"|;]+/)?.[0];
  const test = url === undefined ? undefined : callWith(tools, url);
  if (check === undefined || test === undefined) return [];
  const program = test[1] ?? "";
  return [
    overrideFix(
      service,
      { healthcheck: { ...check, test } },
      {
        ...{ code: "fix_health_check", params: { program }, replace: true },
      },
    ),
  ];
}

function callWith(tools: readonly string[], url: string): string[] | undefined {
  if (tools.includes("wget")) return ["CMD", "wget", "-q", "-O", "/dev/null", url];
  if (tools.includes("curl")) return ["CMD", "curl", "-fsS", "-o", "/dev/null", url];
  if (tools.includes("node"))
    return [
      "CMD",
      "node",
      "-e",
      `fetch(${JSON.stringify(url)}).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
    ];
  if (tools.includes("python3"))
    return [
      "CMD",
      "python3",
      "-c",
      `import urllib.request as u; u.urlopen(${JSON.stringify(url)}, timeout=3)`,
    ];
  return undefined;
}

/** Its own check says that it does not work. */
export const unhealthy: Rule = ({ containers }) =>
  containers
    .filter(({ health, state }) => health === "unhealthy" && state === "running")
    .map((container) => {
      const last = container.healthLog.at(-1);
      const { service } = container;
      return {
        ...{ code: "cause_unhealthy", severity: "error" as const, general: true, ...about(container) },
        params: { service, exitCode: last?.exitCode ?? 0 },
        evidence:
          last === undefined ? [] : [fromInspect(container, last.output || `exit code ${last.exitCode}`)],
        fixes: [restartFix(service)],
      };
    });

/** Something that others wait for is not well, so they were not started. */
export const dependencyFailed: Rule = ({ model, containers, upOutput }) =>
  Object.entries(model?.services ?? {}).flatMap(([service, { depends_on: needs }]) => {
    const own = containers.find((container) => container.service === service);
    if (own !== undefined && own.state !== "created") return [];
    return Object.keys(needs).flatMap((needed): Cause[] => {
      const there = containers.find((container) => container.service === needed);
      const isBad =
        there !== undefined &&
        (there.health === "unhealthy" || (there.state === "exited" && there.exitCode !== 0));
      if (!isBad || (own === undefined && upOutput.length === 0)) return [];
      const lines = upOutput.filter((line) =>
        /dependency failed to start|didn't complete successfully/.test(line),
      );
      const state = there.health === "unhealthy" ? "unhealthy" : `exited (${there.exitCode})`;
      return [
        {
          ...{
            code: "cause_dependency_failed",
            params: { service, needed, state },
            severity: "error",
            service,
          },
          evidence: [...fromUp(lines.slice(-1)), fromInspect(there, state)],
          fixes: [
            {
              code: "fix_start_with_dependency",
              params: { service, needed },
              safe: true,
              steps: [],
              services: [needed, service],
            },
          ],
        },
      ];
    });
  });

/** Its health check has not passed yet, and the launch did not wait longer. */
export const startTimeout: Rule = ({ containers, model, nowMs }) =>
  containers.flatMap((container): Cause[] => {
    const { health, state, service, startedAtMs, healthLog } = container;
    const seconds = Math.round((nowMs - startedAtMs) / 1_000);
    const failed = healthLog.filter(({ exitCode }) => exitCode !== 0);
    if (
      state !== "running" ||
      health !== "starting" ||
      failed.length < 2 ||
      missingTool.test(failed.at(-1)?.output ?? "")
    )
      return [];
    const check = model?.services[service]?.healthcheck;
    return [
      {
        ...{
          code: "cause_start_slow",
          params: { service, seconds },
          severity: "warning",
          ...about(container),
        },
        evidence: [fromInspect(container, `starting for ${seconds} s: ${failed.at(-1)?.output ?? ""}`)],
        fixes:
          check === undefined
            ? []
            : [
                overrideFix(
                  service,
                  { healthcheck: { start_period: "5m" } },
                  { code: "fix_start_period", params: { period: "5 min" } },
                ),
              ],
      },
    ];
  });

/** Starts a service again. */
export function restartFix(service: string): Offer {
  return { code: "fix_restart", params: { service }, safe: true, steps: [], services: [service] };
}
