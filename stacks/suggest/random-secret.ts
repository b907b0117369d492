import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { secretKindOf, type SecretKind } from "./secret-kind.ts";

const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/** Makes a strong random value for a secret, of the kind that its name asks for; each call gives another one. */
export function makeSecret(name: string): string {
  return make(secretKindOf(name));
}

function make({ alphabet, length }: SecretKind): string {
  switch (alphabet) {
    case "hex":
      return randomBytes(Math.ceil(length / 2))
        .toString("hex")
        .slice(0, length);
    case "base64url":
      return randomBytes(length).toString("base64url").slice(0, length);
    case "base64":
      // as Fernet has it: the alphabet of addresses, with padding
      return randomBytes(length).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    case "laravel":
      return `base64:${randomBytes(length).toString("base64")}`;
    case "uuid":
      return randomUUID();
    case "digits":
      return pick("0123456789", length);
    case "letters":
      return pick(letters, length);
  }
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}
