const units: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** Bytes of a size as Compose writes it; `undefined` for what is none. */
export function parseBytes(size: string | number | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(String(size ?? ""));
  const unit = units[(match?.[2] ?? "").toLowerCase()];
  const bytes = match && unit !== undefined ? Math.floor(Number(match[1]) * unit) : 0;
  return bytes > 0 ? bytes : undefined;
}

/** The engine refuses less. */
const minBytes = 6 * 1024 ** 2;

/**
 * Shares a preview's memory among its services: who wants less than an even part gets that, and the others share the rest.
 * @returns bytes by service
 */
export function shareMemory(
  totalBytes: number,
  wishes: ReadonlyMap<string, number | undefined>,
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  let left = totalBytes;
  const byWish = [...wishes].toSorted(([, a], [, b]) => (a ?? Infinity) - (b ?? Infinity));
  for (const [index, [service, wish]] of byWish.entries()) {
    const even = Math.floor(left / (byWish.length - index));
    const share = Math.min(even, wish ?? even);
    shares.set(service, Math.max(minBytes, share));
    left -= share;
  }
  return shares;
}
