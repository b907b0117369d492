import { createHash } from "node:crypto";
import { invalidInput, unavailable } from "../../bus/kernel/errors.ts";
import { maxInlineText, type Text } from "../../bus/messages/text.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";

const chunkBytes = 512 * 1024;
const maxArtifactBytes = 64 * 1024 * 1024;

/** Stores bytes as an artifact and gives its hash; the same bytes again are the same artifact. @throws `artifact_too_large` */
export async function putArtifact(bus: IntentClient, bytes: Uint8Array): Promise<string> {
  const sizeBytes = bytes.byteLength;
  if (sizeBytes > maxArtifactBytes)
    throw invalidInput(
      "artifact_too_large",
      `${sizeBytes} bytes are more than the ${maxArtifactBytes} that an artifact may have.`,
      {
        params: { sizeBytes, maxArtifactBytes },
      },
    );
  const hash = createHash("sha256").update(bytes).digest("hex");
  for (let offsetBytes = 0; offsetBytes === 0 || offsetBytes < sizeBytes; offsetBytes += chunkBytes) {
    const chunkBase64 = Buffer.from(bytes.subarray(offsetBytes, offsetBytes + chunkBytes)).toString("base64");
    const answer = await bus.ask("artifact.put", { hash, sizeBytes, offsetBytes, chunkBase64 });
    if (answer.complete) break;
  }
  return hash;
}

/** Fetches an artifact whole and checks its hash. @throws `artifact_unknown`, `artifact_damaged` */
export async function getArtifact(bus: IntentClient, hash: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let offsetBytes = 0;
  for (;;) {
    const { sizeBytes, chunkBase64 } = await bus.ask("artifact.get", { hash, offsetBytes });
    const chunk = Buffer.from(chunkBase64, "base64");
    chunks.push(chunk);
    offsetBytes += chunk.byteLength;
    if (offsetBytes >= sizeBytes || chunk.byteLength === 0) break;
  }
  const bytes = Buffer.concat(chunks);
  if (createHash("sha256").update(bytes).digest("hex") === hash) return bytes;
  throw unavailable(
    "artifact_damaged",
    `The artifact ${hash.slice(0, 12)} came with other bytes than it was stored with.`,
    { params: { hash } },
  );
}

/** Gives a text whole, from its artifact where it is one. */
export async function readText(bus: IntentClient, text: Text): Promise<string> {
  return text.artifact === undefined
    ? text.head
    : Buffer.from(await getArtifact(bus, text.artifact)).toString("utf8");
}

/** Wraps a text of any length: a long one becomes an artifact, and `keep` says which end of it is shown. */
export async function storeText(
  bus: IntentClient,
  whole: string,
  keep: "head" | "tail" = "head",
): Promise<Text> {
  if (whole.length <= maxInlineText) return { head: whole };
  const bytes = Buffer.from(whole, "utf8");
  const artifact = await putArtifact(bus, bytes);
  const head = keep === "head" ? whole.slice(0, maxInlineText) : whole.slice(-maxInlineText);
  return { head, artifact, sizeBytes: bytes.byteLength };
}
