import { BlockList, isIPv6 } from "node:net";

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Whether two subnets in CIDR form share an address; one of IPv4 and one of IPv6 share none, and what is no subnet neither. */
export function overlaps(a: string, b: string): boolean {
  if (a.includes(":") && b.includes(":")) return overlaps6(a, b);
  const [one, other] = [toRange(a), toRange(b)];
  return one !== undefined && other !== undefined && one.first <= other.last && other.first <= one.last;
}

/** Of two subnets that share an address the wider one has all of the other. */
function overlaps6(a: string, b: string): boolean {
  const [wide, narrow] = [a, b]
    .map(toPrefix6)
    .toSorted((one, other) => (one?.bits ?? 0) - (other?.bits ?? 0));
  if (wide === undefined || narrow === undefined) return false;
  const list = new BlockList();
  list.addSubnet(wide.address, wide.bits, "ipv6");
  return list.check(narrow.address, "ipv6");
}

function toPrefix6(subnet: string): { readonly address: string; readonly bits: number } | undefined {
  const [address = "", length = ""] = subnet.split("/");
  const bits = Number(length);
  return isIPv6(address) && /^\d{1,3}$/.test(length) && bits <= 128 ? { address, bits } : undefined;
}

/** Finds a private /24 that none of the given subnets touches. */
export function findFreeSubnet(used: readonly string[]): string | undefined {
  const taken = used.flatMap((subnet) => toRange(subnet) ?? []);
  for (let second = 231; second < 255; second++)
    for (let third = 0; third < 256; third += 16) {
      const subnet = `10.${second}.${third}.0/24`;
      const range = toRange(subnet);
      if (range && taken.every(({ first, last }) => range.last < first || last < range.first)) return subnet;
    }
  return undefined;
}

function toRange(subnet: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(subnet);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}
