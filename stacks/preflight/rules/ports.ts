import type { FixOffer } from "../../fix/plan.ts";
import type { EngineContainerFacts, PreflightFacts, StackFacts } from "../facts.ts";
import type { PreflightFinding, PreflightRule } from "../finding.ts";
import { wantedPorts, type WantedPort } from "../wanted-ports.ts";
import { writtenPortOf } from "../written-port.ts";

/** Ports of this machine that somebody has, or that two of the stacks want. */
export const takenPorts: PreflightRule = (facts) => {
  const wanted = wantedPorts(facts.stacks);
  return wanted.flatMap((want, index) => {
    const other = wanted.slice(0, index).find((before) => clash(before, want));
    if (other !== undefined) return [wantedTwice(want, other, facts)];
    const holder = holderOf(want, facts);
    return holder === undefined ? [] : [finding("port_in_use", want, holder, facts)];
  });
};

/** A service of which several copies want one port. */
export const copiesOnOnePort: PreflightRule = ({ stacks }) =>
  wantedPorts(stacks).flatMap(({ stack, service, port }) => {
    const settings = stack.model?.services[service];
    const copies = settings?.scale ?? settings?.deploy?.replicas ?? 1;
    if (copies < 2) return [];
    const place = stack.written?.placeOfItem(String(port), "services", service, "ports");
    return [
      {
        code: "port_of_copies",
        severity: "error" as const,
        stack: stack.name,
        service,
        params: { service, port, copies, ...toParams(place) },
      },
    ];
  });

function wantedTwice(want: WantedPort, other: WantedPort, facts: PreflightFacts): PreflightFinding {
  const holder = `${other.service} in ${other.stack.name}`;
  return finding("port_wanted_twice", want, { name: holder, sure: true }, facts, other);
}

interface Holder {
  readonly name: string;
  /** Whether it keeps the stack from starting: what the host sees may listen on another address. */
  readonly sure: boolean;
}

/** Who has a port: a container of another project, else what the host sees. */
function holderOf({ stack, port, protocol, address }: WantedPort, facts: PreflightFacts): Holder | undefined {
  const containers = facts.engine?.containers ?? [];
  const isOwn = ({ project }: EngineContainerFacts): boolean => project === stack.place.project;
  const has = containers.filter((container) =>
    container.ports.some(
      (one) => one.port === port && one.protocol === protocol && meet(one.address, address),
    ),
  );
  // a stack that runs holds its ports itself
  if (has.some(isOwn)) return undefined;
  const [container] = has;
  if (container !== undefined) {
    const whose = container.project === undefined ? "" : ` of ${container.project}`;
    return { name: `container ${container.name}${whose}`, sure: true };
  }
  // one that starts again and again has its ports now and then
  if (containers.some((own) => isOwn(own) && own.restarting === true)) return undefined;
  const seen = protocol === "tcp" ? facts.ports.get(port) : undefined;
  if (seen === undefined || seen.free) return undefined;
  return { name: seen.holder ?? "another program", sure: isAll(address) || address === "127.0.0.1" };
}

function clash(one: WantedPort, other: WantedPort): boolean {
  if (one.stack === other.stack && one.service === other.service) return false;
  return one.port === other.port && one.protocol === other.protocol && meet(one.address, other.address);
}

function isAll(address: string): boolean {
  return ["", "0.0.0.0", "::", "[::]"].includes(address);
}

/** Whether two addresses to listen on exclude each other. */
function meet(one: string, other: string): boolean {
  return isAll(one) || isAll(other) || one === other;
}

function finding(
  code: string,
  want: WantedPort,
  holder: Holder,
  facts: PreflightFacts,
  other?: WantedPort,
): PreflightFinding {
  const { stack, service, port } = want;
  const written = writtenPortOf(want, facts.variables);
  const about = { port, service, stack: stack.name, holder: holder.name, ...toParams(written?.place) };
  const free = facts.ports.get(port)?.nextFree;
  const fixes = free === undefined ? [] : fixesOf(want, free, facts, other);
  const how = howTo(want, facts, other);
  return {
    code: `${code}${how}`,
    severity: holder.sure ? "error" : "warning",
    stack: stack.name,
    service,
    params: {
      ...about,
      ...(written?.variable === undefined ? {} : { name: written.variable }),
      ...(free === undefined ? {} : { free }),
    },
    fixes,
  };
}

/** Which sentence fits: the port is in a variable, or fixed at a line of a file. */
function howTo(want: WantedPort, facts: PreflightFacts, other: WantedPort | undefined): string {
  const written = writtenPortOf(want, facts.variables);
  if (written === undefined) return "";
  return movable(want, facts, other) === undefined ? "_fixed" : "_variable";
}

/** The variable that moves this port alone. */
function movable(want: WantedPort, facts: PreflightFacts, other: WantedPort | undefined): string | undefined {
  const name = writtenPortOf(want, facts.variables)?.variable;
  if (name === undefined || facts.variables.get(name)?.writable !== true) return undefined;
  // where the other one has it from the same variable, both would move
  const twin = other === undefined ? undefined : writtenPortOf(other, facts.variables)?.variable;
  return twin === name ? undefined : name;
}

/** Another port: in the variable where the files have one, else in the generated override; never in the file. */
function fixesOf(want: WantedPort, free: number, facts: PreflightFacts, other?: WantedPort): FixOffer[] {
  const { stack, service, port } = want;
  const name = movable(want, facts, other);
  const params = { service, port, free };
  if (name !== undefined)
    return [
      {
        code: "fix_port_variable",
        params: { ...params, name },
        safe: true,
        steps: [{ do: "env", values: { [name]: String(free) } }],
        services: [],
      },
    ];
  const ports = stack.model?.services[service]?.ports ?? [];
  const value = ports.map((spec) =>
    Number(spec.published) === port && spec.protocol === want.protocol
      ? { ...spec, published: String(free) }
      : spec,
  );
  return [
    {
      code: "fix_port_override",
      params,
      safe: true,
      steps: [
        {
          do: "override",
          patch: { services: { [service]: { ports: { value, replace: true } } }, networks: {} },
        },
      ],
      services: [],
    },
  ];
}

function toParams(place: StackFactsPlace): { readonly file?: string; readonly line?: number } {
  return place === undefined ? {} : { file: place.file, line: place.line };
}

type StackFactsPlace = ReturnType<NonNullable<StackFacts["written"]>["placeOf"]>;
