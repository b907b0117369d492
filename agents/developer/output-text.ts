import { putArtifact } from "../../bus/artifact-transfer.ts";
import { maxInlineText, type Text } from "../../bus/messages/text.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";

/** Wraps a program's output: where it is long, its end is shown and all of it is an artifact. */
export async function toOutputText(client: IntentClient, output: string): Promise<Text> {
  if (output.length <= maxInlineText) return { head: output };
  const bytes = Buffer.from(output, "utf8");
  return {
    head: output.slice(-maxInlineText),
    artifact: await putArtifact(client, bytes),
    sizeBytes: bytes.byteLength,
  };
}
