import { isIP } from "node:net";

/**
 * Says what is wrong with a short port, `[[IP:]HOST:]CONTAINER[/PROTOCOL]` with ranges; undefined where nothing is.
 * What a variable brings is not judged.
 */
export function portMistake(spec: string): string | undefined {
  if (spec.includes("$")) return undefined;
  const slash = spec.indexOf("/");
  const protocol = slash === -1 ? "tcp" : spec.slice(slash + 1).toLowerCase();
  const places = slash === -1 ? spec : spec.slice(0, slash);
  const parts = places.split(":");
  const container = parts.at(-1) ?? "";
  const host = parts.at(-2) ?? "";
  const address = parts
    .slice(0, -2)
    .join(":")
    .replaceAll(/^\[|\]$/g, "");
  if (container === "") return `No port specified: ${spec}<empty>`;
  if (address !== "" && isIP(address) === 0) return `Invalid ip address: ${address}`;
  const inside = rangeSize(container, 1);
  if (inside === undefined) return `Invalid containerPort: ${container}`;
  const outside = host === "" ? inside : rangeSize(host, 0);
  if (outside === undefined) return `Invalid hostPort: ${host}`;
  if (!["tcp", "udp", "sctp"].includes(protocol)) return `Invalid proto: ${protocol}`;
  // a range outside may serve one port inside
  return outside === inside || inside === 1
    ? undefined
    : `Invalid ranges specified for container and host Ports: ${container} and ${host}`;
}

function rangeSize(text: string, least: number): number | undefined {
  const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= least && last >= first && last <= 65_535 ? last - first + 1 : undefined;
}
