import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  chunkBytes,
  createArtifactUploads,
  getArtifact,
  maxArtifactBytes,
  putArtifact,
  readText,
  sha256Of,
  toText,
  type ArtifactUploadOptions,
} from "../../bus/artifact-transfer.ts";
import { toErrorInfo } from "../../bus/kernel/errors.ts";
import { createMemoryBus, type MemoryBus } from "../../bus/memory/bus.ts";
import type { IntentInput } from "../../bus/messages/intents.ts";
import { maxInlineText } from "../../bus/messages/text.ts";
import type { IntentRequest } from "../../bus/ports/intents.ts";

let bus: MemoryBus;
let end: AbortController;
beforeEach(() => {
  bus = createMemoryBus();
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  await bus[Symbol.asyncDispose]();
});

/** Starts an orchestrator that moves artifacts only; `onPut` sees each chunk first. */
function serve(
  onPut: (input: IntentInput<"artifact.put">) => void = () => undefined,
  options: ArtifactUploadOptions = {},
) {
  const core = bus.core();
  const uploads = createArtifactUploads(core.artifacts, options);
  const answer = async ({ verb, input, principal }: IntentRequest) => {
    if (verb === "artifact.get") return uploads.getChunk(input as IntentInput<"artifact.get">);
    onPut(input as IntentInput<"artifact.put">);
    return uploads.putChunk(input as IntentInput<"artifact.put">, principal);
  };
  const handle = async (request: IntentRequest) => {
    try {
      return { ok: true as const, data: await answer(request) };
    } catch (error) {
      return { ok: false as const, error: toErrorInfo(error) };
    }
  };
  void core.serveIntents(handle, end.signal);
  return { core, uploads };
}

/** The chunk of some bytes at an offset, as a client sends it. */
function chunkOf(bytes: Uint8Array, offsetBytes: number): IntentInput<"artifact.put"> {
  const chunkBase64 = Buffer.from(bytes.subarray(offsetBytes, offsetBytes + chunkBytes)).toString("base64");
  return { hash: sha256Of(bytes), sizeBytes: bytes.byteLength, offsetBytes, chunkBase64 };
}

const someBytes = (sizeBytes: number) => new Uint8Array(randomBytes(sizeBytes));

describe("artifacts over intents", () => {
  test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])(
    "go there and back with %d bytes",
    async (sizeBytes) => {
      const { core } = serve();
      const bytes = someBytes(sizeBytes);
      const developer = bus.worker("developer", "dev-1");
      const hash = await putArtifact(developer, bytes);
      expect(hash).toBe(sha256Of(bytes));
      expect(Buffer.compare(await core.artifacts.get(hash), bytes)).toBe(0);
      expect(Buffer.compare(await getArtifact(developer, hash), bytes)).toBe(0);
    },
  );

  test("send nothing more of an artifact that is there already", async () => {
    const offsets: number[] = [];
    serve(({ offsetBytes }) => offsets.push(offsetBytes));
    const bytes = someBytes(3 * chunkBytes);
    const manager = bus.client("manager");
    await putArtifact(manager, bytes);
    expect(offsets).toEqual([0, chunkBytes, 2 * chunkBytes]);
    await putArtifact(manager, bytes);
    expect(offsets.slice(3)).toEqual([0]);
  });

  test("arrive although several orchestrators share the chunks", async () => {
    for (let n = 0; n < 3; n++) serve();
    const bytes = someBytes(7 * chunkBytes + 5);
    const hash = await putArtifact(bus.worker("monitor", "mon-1"), bytes);
    expect(Buffer.compare(await getArtifact(bus.client("operator"), hash), bytes)).toBe(0);
  });

  test("say so where there is none, and where it is too big", async () => {
    serve();
    const operator = bus.client("operator");
    await expect(getArtifact(operator, "0".repeat(64))).rejects.toMatchObject({ code: "artifact_unknown" });
    await expect(putArtifact(operator, new Uint8Array(maxArtifactBytes + 1))).rejects.toMatchObject({
      code: "artifact_too_big",
    });
  });

  test("are refused when what comes is something else", async () => {
    const core = bus.core();
    const data = { sizeBytes: 4, chunkBase64: Buffer.from("evil").toString("base64") };
    void core.serveIntents(async () => ({ ok: true, data }), end.signal);
    await expect(getArtifact(bus.client("operator"), sha256Of(Buffer.from("good")))).rejects.toMatchObject({
      code: "artifact_corrupt",
    });
  });

  test("end when an answer claims bytes that never come", async () => {
    const core = bus.core();
    void core.serveIntents(async () => ({ ok: true, data: { sizeBytes: 10, chunkBase64: "" } }), end.signal);
    await expect(getArtifact(bus.client("operator"), "0".repeat(64))).rejects.toMatchObject({
      code: "artifact_corrupt",
    });
  });
});

describe("texts", () => {
  test("stay inline up to the limit", async () => {
    const operator = bus.client("operator");
    const text = "x".repeat(maxInlineText);
    expect(await toText(operator, text)).toEqual({ head: text });
    expect(await readText(operator, { head: text })).toBe(text);
  });

  test("become an artifact beyond it, cut between two characters", async () => {
    serve();
    const operator = bus.client("operator");
    const text = `${"x".repeat(maxInlineText - 1)}🚀 and more`;
    const stored = await toText(operator, text);
    expect(stored.head).toBe("x".repeat(maxInlineText - 1));
    expect(stored.sizeBytes).toBe(Buffer.byteLength(text));
    expect(await readText(operator, stored)).toBe(text);
  });

  test("come back as they were, whatever is in them", async () => {
    serve();
    const operator = bus.client("operator");
    const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(anyText, fc.integer({ min: 1, max: maxInlineText }), async (piece, times) => {
        const text = `\uFEFF${piece.repeat(times)}`;
        const stored = await toText(operator, text);
        expect(text.startsWith(stored.head)).toBe(true);
        expect(stored.head.isWellFormed()).toBe(true);
        expect(await readText(operator, stored)).toBe(text);
      }),
      { numRuns: 30 },
    );
  });
});

describe("uploads", () => {
  test("take chunks in any order, and repeats", async () => {
    const { core, uploads } = serve();
    const bytes = someBytes(2 * chunkBytes + 1);
    const hash = sha256Of(bytes);
    expect(await uploads.putChunk(chunkOf(bytes, 2 * chunkBytes))).toEqual({ hash, complete: false });
    expect(await uploads.putChunk(chunkOf(bytes, 0))).toEqual({ hash, complete: false });
    expect(await uploads.putChunk(chunkOf(bytes, 0))).toEqual({ hash, complete: false });
    const last = [uploads.putChunk(chunkOf(bytes, chunkBytes)), uploads.putChunk(chunkOf(bytes, chunkBytes))];
    expect(await Promise.all(last)).toEqual([
      { hash, complete: true },
      { hash, complete: true },
    ]);
    expect(await uploads.putChunk(chunkOf(bytes, chunkBytes))).toEqual({ hash, complete: true });
    expect(await core.artifacts.has(hash)).toBe(true);
  });

  test("refuse bytes that are not what the hash says, and take the right ones after", async () => {
    const { core, uploads } = serve();
    const bytes = someBytes(chunkBytes + 1);
    const hash = sha256Of(bytes);
    const wrong = { ...chunkOf(bytes, 0), chunkBase64: Buffer.alloc(chunkBytes).toString("base64") };
    await uploads.putChunk(wrong);
    const corrupt = { kind: "invalid_input", code: "artifact_corrupt" };
    await expect(uploads.putChunk(chunkOf(bytes, chunkBytes))).rejects.toMatchObject(corrupt);
    await expect(uploads.putChunk({ ...chunkOf(Buffer.from("a"), 0), hash })).rejects.toMatchObject(corrupt);
    expect(await core.artifacts.has(hash)).toBe(false);
    await uploads.putChunk(chunkOf(bytes, 0));
    expect(await uploads.putChunk(chunkOf(bytes, chunkBytes))).toEqual({ hash, complete: true });
  });

  test("do not let one owner spoil another's", async () => {
    const { uploads } = serve();
    const bytes = someBytes(chunkBytes + 1);
    await uploads.putChunk(chunkOf(bytes, 0), "developer");
    await uploads.putChunk(
      { ...chunkOf(bytes, 0), chunkBase64: Buffer.alloc(chunkBytes).toString("base64") },
      "monitor",
    );
    expect(await uploads.putChunk(chunkOf(bytes, chunkBytes), "developer")).toMatchObject({ complete: true });
  });

  test("refuse a chunk off the grid, of a wrong length or beyond the end", async () => {
    const { uploads } = serve();
    const bytes = someBytes(chunkBytes + 10);
    const good = chunkOf(bytes, chunkBytes);
    const broken = [
      { ...good, offsetBytes: 1 },
      { ...good, offsetBytes: 2 * chunkBytes },
      { ...good, chunkBase64: Buffer.alloc(11).toString("base64") },
      { ...good, chunkBase64: "" },
      { ...good, sizeBytes: maxArtifactBytes + 1 },
    ];
    for (const input of broken)
      await expect(uploads.putChunk(input)).rejects.toMatchObject({ code: "artifact_chunk_invalid" });
  });

  test("are bounded in number, forget the abandoned, and let short artifacts through", async () => {
    const { uploads } = serve(undefined, { maxUploads: 2, expireAfterMs: 200 });
    for (let n = 0; n < 2; n++) await uploads.putChunk(chunkOf(someBytes(chunkBytes + 1), 0));
    const third = chunkOf(someBytes(chunkBytes + 1), 0);
    await expect(uploads.putChunk(third)).rejects.toMatchObject({
      code: "artifact_uploads_full",
      retryable: true,
    });
    expect(await uploads.putChunk(chunkOf(Buffer.from("short"), 0))).toMatchObject({ complete: true });
    await expect
      .poll(() => uploads.putChunk(third).catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ complete: false });
  });

  test("read in chunks, and refuse an offset beyond the end", async () => {
    const { core, uploads } = serve();
    const bytes = someBytes(chunkBytes + 3);
    const hash = await core.artifacts.put(bytes);
    const second = await uploads.getChunk({ hash, offsetBytes: chunkBytes });
    expect(second).toEqual({
      sizeBytes: chunkBytes + 3,
      chunkBase64: Buffer.from(bytes.subarray(chunkBytes)).toString("base64"),
    });
    await expect(uploads.getChunk({ hash, offsetBytes: chunkBytes + 4 })).rejects.toMatchObject({
      code: "artifact_chunk_invalid",
    });
  });
});
