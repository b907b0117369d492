import { createHash, randomBytes } from "node:crypto";

/** Makes a secret of 256 bits, safe in a URL. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a secret: its SHA-256, lower-case hex. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

const secretPattern = /^[A-Za-z0-9_-]{43}$/;

/** Whether a text has the form of a secret of ours; anything else is not worth a look at the disk. */
export function isSecret(text: unknown): text is string {
  return typeof text === "string" && secretPattern.test(text);
}
