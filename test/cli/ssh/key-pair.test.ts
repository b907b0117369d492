import { expect, test } from "vitest";
import { makeKeyPair, publicKeyOf } from "../../../cli/ssh/key-pair.ts";

test("every pair can be read again", () => {
  for (let count = 0; count < 1_000; count++) {
    const { privateKey, publicKey } = makeKeyPair("shop:host-manager");
    expect(publicKeyOf(privateKey, "shop:host-manager")).toBe(publicKey);
  }
});
