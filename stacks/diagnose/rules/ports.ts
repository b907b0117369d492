import { scanReferences } from "../../variables/references.ts";
import { substitute } from "../../variables/templates.ts";
import { about, fromInspect, overrideFix, type Cause, type Rule, type Offer } from "../cause.ts";
import type { ContainerFacts, Facts } from "../facts.ts";

const taken =
  /(?:failed to bind host port (?:for )?|Bind for |listen tcp\d? )\[?([0-9a-f.:]*?)\]?:(\d{1,5})\b.*?(?:address already in use|port is already allocated)|exposing port TCP .*?:(\d{1,5}) /i;

/** A port of this machine that a service wants and somebody has: a container, or a process. */
export const portTaken: Rule = (facts) =>
  facts.containers.flatMap((container) => {
    const match = taken.exec(container.error);
    const port = Number(match?.[2] ?? match?.[3]);
    if (!match || !Number.isInteger(port)) return [];
    const other = holderAmong(facts, port);
    const holder = other ?? facts.ports.get(port)?.holder;
    const evidence = [fromInspect(container, container.error)];
    const params = { service: container.service, port, holder: holder ?? "another program" };
    return [
      {
        code: other === undefined ? "cause_port_taken_by_process" : "cause_port_taken_by_container",
        ...about(container),
        ...{ severity: "error", params, evidence },
        fixes: [
          ...movePort(container, port, facts),
          ...(other === undefined ? [] : [stopHolder(other, container)]),
        ],
      },
    ];
  });

/** A port that leads to one on which nobody listens. */
export const portToNowhere: Rule = (facts) =>
  facts.containers.flatMap((container) => {
    const { listens, state, health, ports, service } = container;
    const isSettled =
      state === "running" && health !== "starting" && facts.nowMs - container.startedAtMs > 3_000;
    if (!isSettled || listens === undefined || listens.length === 0) return [];
    return ports.flatMap(({ target }): Cause[] => {
      const there = listens.filter(({ port }) => port === target);
      if (there.some(({ loopback }) => !loopback)) return [];
      const seen = listens
        .map(({ port, loopback }) => `${loopback ? "127.0.0.1" : "0.0.0.0"}:${port}`)
        .join(", ");
      const evidence = [fromInspect(container, `published: ${target}; listens on: ${seen}`)];
      const cause = { ...about(container), severity: "error" as const, evidence };
      if (there.length > 0)
        return [
          { ...cause, code: "cause_listens_on_loopback", params: { service, port: target }, fixes: [] },
        ];
      const reachable = listens.filter(({ loopback }) => !loopback);
      const other = reachable.length === 1 ? reachable[0]?.port : undefined;
      return [
        {
          ...cause,
          code: "cause_port_wrong",
          params: { service, port: target, seen },
          fixes: other === undefined ? [] : leadTo(container, target, other, facts),
        },
      ];
    });
  });

function holderAmong({ others, containers }: Facts, port: number): string | undefined {
  const has = ({ ports }: { readonly ports: ContainerFacts["ports"] }): boolean =>
    ports.some(({ published }) => published === port);
  return (
    others.find((other) => other.running && has(other))?.name ??
    containers.find((own) => own.state === "running" && has(own))?.name
  );
}

/** Another port: in the variable where the files have one, else in the override. */
function movePort({ service }: ContainerFacts, port: number, facts: Facts): Offer[] {
  const free = facts.ports.get(port)?.nextFree;
  if (free === undefined) return [];
  const name = variableOf(facts, service, port);
  const params = { service, port, free };
  if (name !== undefined)
    return [
      {
        code: "fix_port_variable",
        params: { ...params, name },
        safe: true,
        steps: [{ do: "env", values: { [name]: String(free) } }],
        services: [service],
      },
    ];
  const ports = facts.model?.services[service]?.ports;
  if (!ports) return [];
  const moved = ports.map((spec) =>
    Number(spec.published) === port ? { ...spec, published: String(free) } : spec,
  );
  return [overrideFix(service, { ports: moved }, { code: "fix_port_override", params, replace: true })];
}

/** The variable that alone says the host's port. */
function variableOf({ writtenPorts, variables }: Facts, service: string, port: number): string | undefined {
  for (const written of writtenPorts.get(service) ?? []) {
    const host = written.replace(/:[^:}]*$/, "");
    const filled = substitute(host, (name) => variables.get(name)?.value);
    const last = scanReferences(host).at(-1);
    if (!filled.ok || !new RegExp(`(?:^|:)${port}$`).test(filled.text) || last?.kind !== "reference")
      continue;
    const { name, start, end } = last.reference;
    if (end === host.length && (start === 0 || host.charAt(start - 1) === ":")) return name;
  }
  return undefined;
}

function stopHolder(container: string, { service }: ContainerFacts): Offer {
  return {
    code: "fix_stop_holder",
    params: { container, service },
    safe: false,
    steps: [{ do: "stop", container }],
    services: [service],
  };
}

function leadTo({ service }: ContainerFacts, target: number, other: number, facts: Facts): Offer[] {
  const ports = facts.model?.services[service]?.ports;
  if (!ports) return [];
  const moved = ports.map((spec) => (spec.target === target ? { ...spec, target: other } : spec));
  return [
    overrideFix(
      service,
      { ports: moved },
      { code: "fix_port_target", params: { port: target, other }, replace: true },
    ),
  ];
}
