import {
  about,
  fromLog,
  linesLike,
  onFailing,
  overrideFix,
  type Cause,
  type Rule,
  type Offer,
} from "../cause.ts";
import type { ContainerFacts, Facts } from "../facts.ts";
import { restartFix } from "./health.ts";

const unresolved =
  /bad address '?([\w.-]+)|could not resolve host:? ([\w.-]+)|(?:getaddrinfo )?(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)|lookup ([\w.-]+)(?: on \S+)?: .*(?:no such host|server misbehaving|i\/o timeout)|could not translate host name "([\w.-]+)"|unable to resolve host address '?([\w.-]+)|host not found in upstream "([\w.-]+)|([\w.-]+): (?:Temporary failure in name resolution|Name or service not known)|UnknownHostException: ([\w.-]+)/i;

/** A host name that nobody answers to: a service that is called otherwise, one on another network, or no DNS at all. */
export const nameUnknown: Rule = onFailing((container, facts) => {
  const lines = linesLike(container, unresolved, 3);
  const match = unresolved.exec(lines.at(-1) ?? "");
  const host = match?.slice(1).find((group) => group !== undefined);
  if (host === undefined) return [];
  const { service } = container;
  const cause = { severity: "error" as const, ...about(container), evidence: fromLog(container, lines) };
  const services = Object.keys(facts.model?.services ?? {});
  if (services.includes(host)) return [elsewhere(container, host, cause, facts)];
  if (!host.includes(".")) {
    const meant = nearest(
      host,
      services.filter((name) => name !== service),
    );
    if (meant === undefined)
      return [{ ...cause, code: "cause_host_missing", params: { service, host }, fixes: [] }];
    const params = { service, host, meant };
    return [{ ...cause, code: "cause_host_unknown", params, fixes: alias(service, params, facts) }];
  }
  return [{ ...cause, code: "cause_no_dns", params: { service, host }, fixes: ownDns(service, facts) }];
});

type Told = Pick<Cause, "severity" | "service" | "container" | "evidence">;

function elsewhere(
  { service }: ContainerFacts,
  host: string,
  cause: Told,
  { containers, model }: Facts,
): Cause {
  const runs = containers.some((other) => other.service === host && other.state === "running");
  if (!runs)
    return {
      ...{ ...cause, code: "cause_dependency_not_running", params: { service, needed: host } },
      fixes: [
        {
          code: "fix_start_with_dependency",
          params: { service, needed: host },
          safe: true,
          steps: [],
          services: [host, service],
        },
      ],
    };
  const theirs = Object.keys(model?.services[host]?.networks ?? {});
  const shared = theirs.some((name) => Object.hasOwn(model?.services[service]?.networks ?? {}, name));
  const network = theirs[0];
  if (shared || network === undefined)
    return {
      ...cause,
      code: "cause_dependency_not_running",
      params: { service, needed: host },
      fixes: [restartFix(service)],
    };
  return {
    ...{ ...cause, code: "cause_other_network", params: { service, needed: host, network } },
    fixes: [
      overrideFix(
        service,
        { networks: { [network]: {} } },
        { code: "fix_join_network", params: { network } },
      ),
    ],
  };
}

/** Gives the service that was meant the name too by which another calls it. */
function alias(caller: string, { meant, host }: Record<"meant" | "host", string>, { model }: Facts): Offer[] {
  const [network, settings] = Object.entries(model?.services[meant]?.networks ?? {})[0] ?? [];
  if (network === undefined) return [];
  const aliases = [...(settings?.aliases ?? []), host];
  const fix = overrideFix(
    meant,
    { networks: { [network]: { aliases } } },
    { code: "fix_alias", params: { host, meant } },
  );
  return [{ ...fix, services: [meant, caller] }];
}

function ownDns(service: string, { model }: Facts): Offer[] {
  if ((model?.services[service]?.dns ?? []).length === 0) return [];
  return [overrideFix(service, { dns: null }, { code: "fix_dns", params: {} })];
}

const refusedLine =
  /(?:connection refused|ECONNREFUSED|can't connect to remote host|could not connect to server|connect: connection refused)/i;

/** A service that is called does not take the call. */
export const connectionRefused: Rule = onFailing((container, facts) => {
  const lines = linesLike(container, refusedLine, 3);
  if (lines.length === 0) return [];
  const { service } = container;
  const others = Object.keys(facts.model?.services ?? {}).filter((name) => name !== service);
  const line = lines.at(-1) ?? "";
  const needs = Object.keys(facts.model?.services[service]?.depends_on ?? {});
  const words = `${container.command.join(" ")} ${line}`;
  const local = /(?:127\.0\.0\.1|localhost|\[?::1\]?)\)?(?:[:\s]+(\d+))?/.exec(line);
  const needed =
    others.find((name) => new RegExp(`(?<![\\w-])${name.replaceAll(/\W/g, "\\$&")}(?![\\w-])`).test(words)) ??
    needs[0];
  const port = /:(\d{2,5})\b/.exec(line)?.[1] ?? (needed && portCalled(words, needed));
  const cause = { severity: "error" as const, ...about(container), evidence: fromLog(container, lines) };
  if (local) {
    const ownPort =
      local[1] ?? /(?:127\.0\.0\.1|localhost):(\d+)/.exec(container.command.join(" "))?.[1] ?? "?";
    return [{ ...cause, code: "cause_calls_itself", params: { service, port: ownPort }, fixes: [] }];
  }
  if (needed === undefined)
    return [{ ...cause, code: "cause_refused", params: { service }, fixes: [restartFix(service)] }];
  const there = facts.containers.find((other) => other.service === needed);
  const isDown = there === undefined || there.state !== "running";
  if (isDown)
    return [
      {
        ...{ ...cause, code: "cause_dependency_not_running", params: { service, needed } },
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
  const listens = there.listens?.filter(({ loopback }) => !loopback).map((one) => one.port) ?? [];
  if (port !== undefined && listens.length > 0 && !listens.includes(Number(port)))
    return [
      {
        ...cause,
        code: "cause_dependency_port",
        params: { service, needed, port, listens: listens.join(", ") },
        fixes: [],
      },
    ];
  return [
    { ...cause, code: "cause_dependency_late", params: { service, needed }, fixes: [restartFix(service)] },
  ];
});

function portCalled(text: string, host: string): string | undefined {
  return new RegExp(`${host.replaceAll(/\W/g, "\\$&")}:(\\d{2,5})`).exec(text)?.[1];
}

/** The name that differs from another by two letters at most, or that one contains. */
export function nearest(name: string, among: readonly string[]): string | undefined {
  const far = Math.min(2, Math.floor(name.length / 3));
  const close = among.filter((other) => distance(name, other) <= far);
  const found =
    close.length > 0
      ? close
      : among.filter((other) => other.length > 1 && (other.includes(name) || name.includes(other)));
  return found.length === 1 ? found[0] : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let at = 1; at <= a.length; at++) {
    const next = [at];
    for (let to = 1; to <= b.length; to++) {
      const same = a[at - 1] === b[to - 1] ? 0 : 1;
      next.push(Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
