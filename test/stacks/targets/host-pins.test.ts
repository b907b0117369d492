import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  findPins,
  fingerprintOf,
  isPinned,
  lineOf,
  parsePin,
} from "../../../stacks/targets/device/host-pins.ts";

const body = (type: string, fill: number): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  return Buffer.concat([head, Buffer.from(type), Buffer.alloc(36, fill)]);
};
const key = body("ssh-ed25519", 1);
const line = `ssh-ed25519 ${key.toString("base64")}`;

describe("pinned host keys", () => {
  test("are found by host and port", () => {
    const text = `# ours\n[pi]:2224,[127.0.0.1]:2224 ${line} comment\npi ${line}\n@revoked pi ${line}\n\n`;
    expect(findPins(text, "pi", 2224)).toEqual([{ type: "ssh-ed25519", key }]);
    expect(findPins(text, "127.0.0.1", 2224)).toHaveLength(1);
    expect(findPins(text, "pi", 22)).toHaveLength(1);
    expect(findPins(text, "pi", 2225)).toEqual([]);
    expect(findPins(text, "pi2", 22)).toEqual([]);
  });

  test("are found under a hashed name", () => {
    const salt = Buffer.alloc(20, 7);
    const digest = createHmac("sha1", salt).update("[pi]:2224").digest("base64");
    expect(findPins(`|1|${salt.toString("base64")}|${digest} ${line}\n`, "pi", 2224)).toHaveLength(1);
    expect(findPins(`|1|${salt.toString("base64")}|${digest} ${line}\n`, "po", 2224)).toEqual([]);
  });

  test("must be whole, and of the type that they say", () => {
    expect(parsePin(`${line} root@pi`)).toHaveLength(1);
    for (const bad of ["", "ssh-ed25519", "ssh-ed25519 AAAA", line.replace("ed25519", "rsa"), `x ${line}`])
      expect(parsePin(bad)).toEqual([]);
  });

  test("are compared whole", () => {
    expect(isPinned(parsePin(line), key)).toBe(true);
    expect(isPinned(parsePin(line), body("ssh-ed25519", 2))).toBe(false);
    expect(isPinned(parsePin(line), key.subarray(0, 20))).toBe(false);
    expect(isPinned([], key)).toBe(false);
    expect(lineOf(key)).toBe(line);
    expect(fingerprintOf(key)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});
