import { createHash } from "node:crypto";
import { invalidInput, unavailable, type DockfraError } from "./kernel/errors.ts";
import type { IntentAnswer, IntentInput } from "./messages/intents.ts";
import { inlineText, maxInlineText, type Text } from "./messages/text.ts";
import type { IntentClient } from "./ports/intents.ts";
import type { ArtifactStore } from "./ports/stores.ts";

/** Bytes of every chunk but an artifact's last. */
export const chunkBytes = 512 * 1024;
/** Bytes of the largest artifact that can be moved by intents. */
export const maxArtifactBytes = 64 * 1024 * 1024;

/** How often all chunks are sent at most: orchestrators share the requests, so each may have got only some of them. */
const maxRounds = 40;

/** Names bytes as the artifact store does. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Stores bytes through the orchestrator and answers their hash. @throws artifact_too_big, artifact_unfinished */
export async function putArtifact(client: IntentClient, bytes: Uint8Array): Promise<string> {
  const sizeBytes = bytes.byteLength;
  if (sizeBytes > maxArtifactBytes) {
    throw invalidInput(
      "artifact_too_big",
      `The artifact has ${sizeBytes} bytes, more than ${maxArtifactBytes}. Store less.`,
      {
        params: { sizeBytes, limitBytes: maxArtifactBytes },
      },
    );
  }
  const hash = sha256Of(bytes);
  for (let round = 0; round < maxRounds; round++) {
    for (let offsetBytes = 0; offsetBytes === 0 || offsetBytes < sizeBytes; offsetBytes += chunkBytes) {
      const chunk = bytes.subarray(offsetBytes, offsetBytes + chunkBytes);
      const chunkBase64 = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("base64");
      const { complete } = await client.ask("artifact.put", { hash, sizeBytes, offsetBytes, chunkBase64 });
      if (complete) return hash;
    }
  }
  throw unavailable("artifact_unfinished", `No orchestrator got all of artifact "${hash}". Try again.`, {
    params: { hash },
  });
}

/** Reads an artifact through the orchestrator and checks its hash. @throws artifact_unknown, artifact_corrupt */
export async function getArtifact(client: IntentClient, hash: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let offsetBytes = 0;
  for (;;) {
    const { sizeBytes, chunkBase64 } = await client.ask("artifact.get", { hash, offsetBytes });
    const chunk = Buffer.from(chunkBase64, "base64");
    chunks.push(chunk);
    offsetBytes += chunk.byteLength;
    if (offsetBytes >= sizeBytes || chunk.byteLength === 0) break;
  }
  const bytes = new Uint8Array(Buffer.concat(chunks));
  if (sha256Of(bytes) === hash) return bytes;
  throw unavailable("artifact_corrupt", `What came as artifact "${hash}" is not it. Read it again.`, {
    params: { hash },
  });
}

/** Cuts a text to the length that goes inline, never through a character. */
function headOf(text: string): string {
  const head = text.slice(0, maxInlineText);
  const last = head.charCodeAt(head.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? head.slice(0, -1) : head;
}

/** Makes a text of any length fit for a message: whole where short, else stored, with its head. */
export async function toText(client: IntentClient, text: string): Promise<Text> {
  if (text.length <= maxInlineText) return inlineText(text);
  const bytes = new TextEncoder().encode(text);
  return { head: headOf(text), artifact: await putArtifact(client, bytes), sizeBytes: bytes.byteLength };
}

/** Reads the whole of a text. @throws artifact_unknown, artifact_corrupt */
export async function readText(client: IntentClient, text: Text): Promise<string> {
  if (text.artifact === undefined) return text.head;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await getArtifact(client, text.artifact));
}

/** Answers the intents that move artifacts, for the orchestrator. */
export interface ArtifactUploads {
  /**
   * Takes one chunk; the last one missing completes the artifact. A repeat does no harm.
   * Uploads of different owners are kept apart, so that none spoils another's.
   * @throws artifact_chunk_invalid, artifact_corrupt, artifact_uploads_full
   */
  putChunk(input: IntentInput<"artifact.put">, owner?: string): Promise<IntentAnswer<"artifact.put">>;
  /** @throws artifact_unknown, artifact_chunk_invalid */
  getChunk(input: IntentInput<"artifact.get">): Promise<IntentAnswer<"artifact.get">>;
}

export interface ArtifactUploadOptions {
  readonly maxUploads?: number;
  /** How long an upload may rest before it is forgotten. */
  readonly expireAfterMs?: number;
}

interface Upload {
  readonly chunks: Map<number, Uint8Array>;
  readonly expiry: NodeJS.Timeout;
  finishing?: Promise<void>;
}

/** How long an artifact that is read in chunks stays in memory after a read. */
const readAgainMs = 10_000;

function chunkInvalid(hash: string, why: string): DockfraError {
  return invalidInput("artifact_chunk_invalid", `A chunk of artifact "${hash}" was refused: ${why}.`, {
    params: { hash, why },
  });
}

/** Reads a chunk, and checks that it is one of the fixed grid that every artifact is cut into. */
function parseChunk({ hash, sizeBytes, offsetBytes, chunkBase64 }: IntentInput<"artifact.put">): Uint8Array {
  if (sizeBytes > maxArtifactBytes)
    throw chunkInvalid(hash, `the artifact has more than ${maxArtifactBytes} bytes`);
  if (offsetBytes % chunkBytes !== 0) throw chunkInvalid(hash, `its offset is no multiple of ${chunkBytes}`);
  const chunk = Buffer.from(chunkBase64, "base64");
  const expectedBytes = Math.min(chunkBytes, sizeBytes - offsetBytes);
  if (chunk.byteLength !== expectedBytes)
    throw chunkInvalid(hash, `it has ${chunk.byteLength} bytes, not ${expectedBytes}`);
  return chunk;
}

/** Makes the upload side of one orchestrator; chunks wait in its memory, whole artifacts go to the store. */
export function createArtifactUploads(
  store: ArtifactStore,
  { maxUploads = 16, expireAfterMs = 120_000 }: ArtifactUploadOptions = {},
): ArtifactUploads {
  const uploads = new Map<string, Upload>();
  let reading: { hash: string; bytes: Promise<Uint8Array>; expiry: NodeJS.Timeout } | undefined;

  const drop = (key: string) => {
    clearTimeout(uploads.get(key)?.expiry);
    uploads.delete(key);
  };
  const open = (key: string): Upload => {
    const known = uploads.get(key);
    if (known) {
      known.expiry.refresh();
      return known;
    }
    if (uploads.size >= maxUploads) {
      throw unavailable(
        "artifact_uploads_full",
        `${maxUploads} artifacts are being stored now. Try again in a moment.`,
        { params: { maxUploads } },
      );
    }
    const upload = {
      chunks: new Map<number, Uint8Array>(),
      expiry: setTimeout(drop, expireAfterMs, key).unref(),
    };
    uploads.set(key, upload);
    return upload;
  };
  const finish = async (hash: string, chunks: readonly Uint8Array[]) => {
    const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    if (sha256Of(bytes) === hash) return void (await store.put(bytes));
    throw invalidInput("artifact_corrupt", `What was sent as artifact "${hash}" is not it. Send it again.`, {
      params: { hash },
    });
  };
  const read = async (hash: string): Promise<Uint8Array> => {
    if (reading?.hash === hash) {
      reading.expiry.refresh();
      return reading.bytes;
    }
    const bytes = store.get(hash);
    const size = (await bytes).byteLength;
    if (size > chunkBytes) {
      clearTimeout(reading?.expiry);
      reading = { hash, bytes, expiry: setTimeout(() => (reading = undefined), readAgainMs).unref() };
    }
    return bytes;
  };

  return {
    async putChunk(input, owner = "") {
      const { hash, sizeBytes, offsetBytes } = input;
      const chunk = parseChunk(input);
      const key = `${owner} ${hash} ${sizeBytes}`;
      if (await store.has(hash)) {
        drop(key);
        return { hash, complete: true };
      }
      if (sizeBytes <= chunkBytes) {
        await finish(hash, [chunk]);
        return { hash, complete: true };
      }
      const upload = open(key);
      upload.chunks.set(offsetBytes, chunk);
      const count = Math.ceil(sizeBytes / chunkBytes);
      if (upload.chunks.size < count) return { hash, complete: false };
      const inOrder = Array.from(
        { length: count },
        (_, n) => upload.chunks.get(n * chunkBytes) ?? new Uint8Array(),
      );
      upload.finishing ??= finish(hash, inOrder).finally(() => drop(key));
      await upload.finishing;
      return { hash, complete: true };
    },
    async getChunk({ hash, offsetBytes }) {
      const bytes = await read(hash);
      if (offsetBytes > bytes.byteLength) throw chunkInvalid(hash, `it has only ${bytes.byteLength} bytes`);
      const chunk = bytes.subarray(offsetBytes, offsetBytes + chunkBytes);
      const chunkBase64 = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("base64");
      return { sizeBytes: bytes.byteLength, chunkBase64 };
    },
  };
}
