import { readFile } from "node:fs/promises";

/** An address or subnet with what people read of it. */
export interface NetworkFact {
  readonly value: string;
  readonly label: string;
}

/** Machines that were seen on the network, from the kernel's ARP table. */
export async function neighbours(table = "/proc/net/arp"): Promise<NetworkFact[]> {
  return parseArp(await readFile(table, "utf8").catch(() => ""));
}

/** Reads an ARP table; entries without an answer, and those of the engine's own bridges, are left out. */
export function parseArp(text: string): NetworkFact[] {
  return rowsOf(text)
    .filter((fields) => fields[2] === "0x2" && fields[0] !== undefined && !isBridge(fields[5] ?? ""))
    .map(([ip = "", , , mac = "", , device = ""]) => ({ value: ip, label: `${ip} (${mac}, ${device})` }));
}

/** Subnets that this machine reaches, with the device; those of the engine's bridges are left out. */
export async function hostRoutes(table = "/proc/net/route"): Promise<NetworkFact[]> {
  return parseRoutes(await readFile(table, "utf8").catch(() => ""));
}

/** Reads the kernel's routing table of IPv4, whose addresses are hexadecimal from the last byte to the first. */
export function parseRoutes(text: string): NetworkFact[] {
  return rowsOf(text).flatMap((fields) => {
    const [device = "", destination = "", , , , , , mask = ""] = fields;
    const bits = bitsOf(mask);
    if (isBridge(device) || destination.length !== 8 || bits === undefined || bits === 0) return [];
    return [{ value: `${dotted(destination)}/${bits}`, label: device }];
  });
}

function rowsOf(text: string): string[][] {
  return text
    .split("\n")
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields.length > 5);
}

function isBridge(device: string): boolean {
  return device === "docker0" || device.startsWith("br-") || device.startsWith("veth");
}

function dotted(hexadecimal: string): string {
  return [6, 4, 2, 0].map((at) => String(Number.parseInt(hexadecimal.slice(at, at + 2), 16))).join(".");
}

function bitsOf(mask: string): number | undefined {
  if (!/^[0-9a-f]{8}$/i.test(mask)) return undefined;
  return Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
}
