import { fromUp, type Cause, type Rule } from "../cause.ts";
import { findFreeSubnet, overlaps } from "../subnets.ts";
import type { Facts } from "../facts.ts";

/** Address ranges that two networks want. */
export const networkOverlap: Rule = (facts) => {
  const told = facts.upOutput.filter((line) =>
    /Pool overlaps|overlaps with other one|conflicts with network/i.test(line),
  );
  const wanted = Object.entries(facts.model?.networks ?? {}).flatMap(([key, network]) => {
    if (network === null || network.external) return [];
    const subnets = (network.ipam?.config ?? []).flatMap(({ subnet }) => subnet ?? []);
    return subnets.map((subnet) => ({ key, subnet, name: network.name ?? `${facts.place.project}_${key}` }));
  });
  return wanted.flatMap(({ key, subnet, name }): Cause[] => {
    const others = facts.networks.filter((network) => network.name !== name);
    const other = others.find(({ subnets }) => subnets.some((one) => overlaps(one, subnet)));
    if (!other || facts.networks.some((network) => network.name === name)) return [];
    const free = findFreeSubnet(facts.networks.flatMap(({ subnets }) => subnets));
    const inspected = { source: `network ${other.name}`, text: other.subnets.join(", ") };
    return [
      {
        code: "cause_network_overlap",
        params: { network: key, subnet, other: other.name },
        severity: "error",
        evidence: [...fromUp(told), inspected],
        fixes: free === undefined ? [] : [moveSubnet(key, free)],
      },
    ];
  });
};

function moveSubnet(network: string, subnet: string): Cause["fixes"][number] {
  const ipam = { config: [{ subnet }] };
  return {
    code: "fix_network_subnet",
    params: { network, subnet },
    safe: true,
    steps: [
      {
        do: "override",
        patch: { services: {}, networks: { [network]: { ipam: { value: ipam, replace: true } } } },
      },
    ],
    services: "all",
  };
}

/** All address ranges are used up. */
export const networksExhausted: Rule = ({ upOutput }) => {
  const lines = upOutput.filter((line) =>
    /all predefined address pools have been fully subnetted/i.test(line),
  );
  if (lines.length === 0) return [];
  return [
    { code: "cause_networks_exhausted", params: {}, severity: "error", evidence: fromUp(lines), fixes: [] },
  ];
};

/** A network that somebody else should have made. */
export const externalNetworkMissing: Rule = (facts) =>
  usedExternals(facts).flatMap(({ name, key }): Cause[] => {
    if (facts.networks.some((network) => network.name === name)) return [];
    const told = facts.upOutput.filter(
      (line) => line.includes(name) && /could not be found|not found/i.test(line),
    );
    return [
      {
        code: "cause_external_network_missing",
        params: { network: name },
        severity: "error",
        evidence: [
          ...fromUp(told),
          { source: "compose file", text: `networks.${key}: external, name ${name}` },
        ],
        fixes: [
          {
            code: "fix_network_create",
            params: { network: name },
            safe: true,
            steps: [{ do: "network", name }],
            services: "all",
          },
        ],
      },
    ];
  });

function usedExternals({ model }: Facts): { readonly key: string; readonly name: string }[] {
  return Object.entries(model?.networks ?? {}).flatMap(([key, network]) =>
    network?.external === true ? [{ key, name: network.name ?? key }] : [],
  );
}
