import { findFreeSubnet, overlaps } from "../../diagnose/subnets.ts";
import type { FixOffer } from "../../fix/plan.ts";
import type { PreflightFacts, StackFacts } from "../facts.ts";
import { eachStack, type PreflightRule } from "../finding.ts";

interface WantedNetwork {
  readonly stack: StackFacts;
  readonly key: string;
  readonly name: string;
  readonly subnet: string;
}

/** Address ranges that a network of the engine, a route of the host or another stack has already. */
export const overlappingNetworks: PreflightRule = (facts) => {
  const wanted = wantedNetworks(facts.stacks);
  const used = [
    ...(facts.engine?.networks ?? []).flatMap(({ subnets }) => subnets),
    ...facts.routes.map((route) => route.subnet),
    ...wanted.map((one) => one.subnet),
  ];
  return wanted.flatMap((want, index) => {
    const { stack, key, subnet, name } = want;
    // what is there already is not made anew
    if (facts.engine?.networks.some((network) => network.name === name)) return [];
    const other = otherOn(want, wanted.slice(0, index), facts);
    if (other === undefined) return [];
    // a free range of IPv6 is nobody's but the project's to choose
    const free = subnet.includes(":") ? undefined : findFreeSubnet(used);
    if (free !== undefined) used.push(free);
    const place = stack.written?.placeOf("networks", key, "ipam", "config");
    return [
      {
        code: "network_overlap",
        severity: "error" as const,
        stack: stack.name,
        params: { network: key, subnet, other, file: place?.file ?? "", line: place?.line ?? 1 },
        fixes: free === undefined ? [] : [moveSubnet(key, free)],
      },
    ];
  });
};

function wantedNetworks(stacks: readonly StackFacts[]): WantedNetwork[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.model?.networks ?? {}).flatMap(([key, network]) => {
      if (network === null || network.external) return [];
      const name = network.name ?? `${stack.place.project}_${key}`;
      return (network.ipam?.config ?? []).flatMap(({ subnet }) =>
        subnet === undefined ? [] : [{ stack, key, name, subnet }],
      );
    }),
  );
}

function otherOn(
  { name, subnet }: WantedNetwork,
  before: readonly WantedNetwork[],
  { engine, routes }: PreflightFacts,
): string | undefined {
  const network = engine?.networks.find(({ subnets }) => subnets.some((one) => overlaps(one, subnet)));
  if (network !== undefined) return `network ${network.name}`;
  const route = routes.find((one) => overlaps(one.subnet, subnet));
  if (route !== undefined) return `${route.subnet} on ${route.device} of this machine`;
  const twin = before.find((one) => one.name !== name && overlaps(one.subnet, subnet));
  return twin === undefined ? undefined : `network ${twin.key} of ${twin.stack.name}`;
}

function moveSubnet(network: string, subnet: string): FixOffer {
  const change = { ipam: { value: { config: [{ subnet }] }, replace: true } };
  return {
    code: "fix_network_subnet",
    params: { network, subnet },
    safe: true,
    steps: [{ do: "override", patch: { services: {}, networks: { [network]: change } } }],
    services: [],
  };
}

/** Networks and volumes that somebody else should have made. */
export const missingExternals = eachStack(({ model, written }, { engine, made }) => {
  if (engine === undefined) return [];
  const networks = new Set(engine.networks.map(({ name }) => name));
  const volumes = new Set(engine.volumes);
  const look = (kind: "network" | "volume", there: ReadonlySet<string>) =>
    Object.entries((kind === "network" ? model?.networks : model?.volumes) ?? {}).flatMap(([key, one]) => {
      const name = one?.name ?? key;
      if (one?.external !== true || there.has(name) || made.has(`${kind} ${name}`)) return [];
      const place = written?.placeOf(`${kind}s`, key);
      return [
        {
          code: `external_${kind}_missing`,
          severity: "error" as const,
          params: { [kind]: name, file: place?.file ?? "", line: place?.line ?? 1 },
          fixes: [make(kind, name)],
        },
      ];
    });
  return [...look("network", networks), ...look("volume", volumes)];
});

function make(kind: "network" | "volume", name: string): FixOffer {
  return {
    code: `fix_${kind}_create`,
    params: { [kind]: name },
    safe: true,
    steps: [{ do: kind, name }],
    services: [],
  };
}
