import { createHash } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { Objm, type ObjectStore } from "@nats-io/obj";
import { notFound } from "../kernel/errors.ts";
import type { ArtifactStore } from "../ports/stores.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { createOpener } from "./opener.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function unknown(hash: string) {
  return notFound("artifact_unknown", `No artifact ${hash}. It was never stored here.`, { params: { hash } });
}

/** Keeps artifacts in an object store, each under the hash of its bytes. */
export function createArtifactStore(wire: Wire, subjects: Subjects): ArtifactStore {
  const using = createOpener<ObjectStore>(wire, () =>
    new Objm(jetstream(wire.nc)).open(subjects.streams.artifacts),
  );
  const has = (hash: string): Promise<boolean> => using(async (store) => (await store.info(hash)) !== null);
  return {
    has,
    async put(bytes) {
      const hash = sha256(bytes);
      if (!(await has(hash))) await using((store) => store.putBlob({ name: hash }, bytes));
      return hash;
    },
    get: (hash) =>
      using(async (store) => {
        const info = await store.info(hash);
        if (!info) throw unknown(hash);
        if (info.size === 0) return new Uint8Array();
        const bytes = await store.getBlob(hash);
        // of bytes that do not fit their name nobody may say they are that artifact
        if (!bytes || sha256(bytes) !== hash) throw unknown(hash);
        return bytes;
      }),
  };
}
