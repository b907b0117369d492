/** Makes a new random id: 128 bits as 32 hex digits; safe as a subject token, a file name and a `Nats-Msg-Id`. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** Anchored form of one token of a subject that we derive from a name: no dot, wildcard, space or control character. */
const tokenPattern = /^[A-Za-z0-9_-]{1,100}$/;

/** Whether a value can stand as one subject token. */
export function isToken(value: string): boolean {
  return tokenPattern.test(value);
}

/** Writes a ticket's number as its id: 1 becomes `T-0001`. */
export function ticketId(number: number): string {
  return `T-${String(number).padStart(4, "0")}`;
}

/** Reads the number out of a ticket's id, or `undefined` where it is none. */
export function ticketNumber(id: string): number | undefined {
  const match = /^T-(\d{4,9})$/.exec(id);
  return match ? Number(match[1]) : undefined;
}
