/** Longest text that a sentence quotes, in UTF-16 units. */
const maxQuoted = 1_500;

/** Cuts a quoted text so that the sentence around it stays a message of legal length. */
export function clip(text: string): string {
  return text.length <= maxQuoted ? text : `${text.slice(0, maxQuoted)}…`;
}
