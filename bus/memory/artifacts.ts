import { createHash } from "node:crypto";
import { notFound } from "../kernel/errors.ts";
import type { ArtifactStore } from "../ports/stores.ts";

/** Makes an empty artifact store. */
export function createMemoryArtifacts(): ArtifactStore {
  const artifacts = new Map<string, Uint8Array>();
  return {
    async put(bytes) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      if (!artifacts.has(hash)) artifacts.set(hash, Uint8Array.from(bytes));
      return hash;
    },
    async get(hash) {
      const bytes = artifacts.get(hash);
      if (bytes) return Uint8Array.from(bytes);
      throw notFound("artifact_unknown", `No artifact "${hash.slice(0, 64)}". Store it first.`, {
        params: { hash: hash.slice(0, 64) },
      });
    },
    has: async (hash) => artifacts.has(hash),
  };
}
