import { z } from "zod";

/** Longest text that an event carries itself, in UTF-16 units; longer text is an artifact with a head. */
export const maxInlineText = 8_192;

/** SHA-256 of an artifact's bytes, lower-case hex: its name in the artifact store. */
export const ArtifactHash = z.string().regex(/^[0-9a-f]{64}$/);
export type ArtifactHash = z.infer<typeof ArtifactHash>;

/** A text of any length: whole where short, otherwise its head and the artifact with all of it. */
export const Text = z.strictObject({
  head: z.string().max(maxInlineText),
  artifact: ArtifactHash.optional(),
  /** Bytes of the whole text in UTF-8, where it is an artifact. */
  sizeBytes: z.int().nonnegative().optional(),
});
export type Text = z.infer<typeof Text>;

/** Wraps a short text; the caller stores a longer one first. */
export function inlineText(text: string): Text {
  return { head: text };
}
