import type { Listening } from "../facts.ts";

const listening = "0A";

/** Reads `/proc/net/tcp` and `/proc/net/tcp6`, one after the other: what somebody listens on. */
export function parseSockets(text: string): Listening[] {
  const found = new Map<number, boolean>();
  for (const line of text.split("\n")) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address, port] = local.split(":");
    if (state !== listening || address === undefined || port === undefined) continue;
    // Docker's own DNS has a port of its own in every container
    if (address === "0B00007F") continue;
    const number = Number.parseInt(port, 16);
    found.set(number, (found.get(number) ?? true) && isLoopback(address));
  }
  return [...found].map(([port, loopback]) => ({ port, loopback })).toSorted((a, b) => a.port - b.port);
}

/** Addresses are in the machine's byte order: little-endian words. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith("7F");
  return address === "00000000000000000000000001000000" || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(address);
}
