import { readFile } from "node:fs/promises";

/** A block of IPv4 addresses: its first address as a number, and the length of its prefix. */
export interface Block {
  readonly start: number;
  readonly bits: number;
}

/** Private addresses that routers at home and Docker's own pools leave alone: 10.200.0.0 to 10.249.255.255. */
const firstCandidate = 0x0a_c8_00_00;
const candidateCount = 50 * 256;
const sizeOf = ({ bits }: Block): number => 2 ** (32 - bits);

/** Reads `10.1.2.0/24`; `undefined` for anything but an IPv4 block. */
export function parseBlock(text: string): Block | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!found) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = found.slice(1).map(Number);
  return [a, b, c, d].every((octet) => octet < 256) && bits <= 32
    ? { start: ((a * 256 + b) * 256 + c) * 256 + d, bits }
    : undefined;
}

/** Writes a block as `10.1.2.0/24`. */
export function formatBlock({ start, bits }: Block): string {
  return `${formatAddress(start)}/${bits}`;
}

/** Writes an address as `10.1.2.1`. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/**
 * Chooses one block of each size out of those that nothing takes, beginning at a place of the prefix's own, so that
 * two installations seldom try the same. Docker's own pools have room for about thirty networks on a whole machine.
 */
export function chooseBlocks(prefix: string, bits: readonly number[], taken: readonly Block[]): Block[] {
  const chosen: Block[] = [];
  const seed = [...prefix].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % candidateCount, 7);
  for (let step = 0; step < candidateCount && chosen.length < bits.length; step += 1) {
    const start = firstCandidate + ((seed + step) % candidateCount) * 256;
    if (taken.some((block) => overlaps(block, { start, bits: 24 }))) continue;
    for (let at = start; chosen.length < bits.length; at += sizeOf(chosen.at(-1) as Block)) {
      const block = { start: at, bits: bits[chosen.length] as number };
      if (block.start + sizeOf(block) > start + 256) break;
      chosen.push(block);
    }
  }
  return chosen;
}

function overlaps(a: Block, b: Block): boolean {
  return a.start < b.start + sizeOf(b) && b.start < a.start + sizeOf(a);
}

/** The blocks that this machine has a route to, as Linux tells; none elsewhere. */
export async function readRoutes(path = "/proc/net/route"): Promise<Block[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split(/\s+/);
      if (destination === undefined || mask === undefined) return [];
      const bits = [...swap(mask).toString(2)].filter((bit) => bit === "1").length;
      // the default route is everywhere
      return bits === 0 ? [] : [{ start: swap(destination), bits }];
    });
}

/** The kernel writes addresses in the byte order of the machine. */
function swap(hex: string): number {
  return Buffer.from(hex, "hex").readUInt32LE();
}
