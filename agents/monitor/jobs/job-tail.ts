import { stripVTControlCharacters } from "node:util";

const maxLines = 500;
const maxLineLength = 4_000;
/** A job's record has to fit into one message beside the rest of it. */
const maxLength = 200_000;

/** The last lines of a job, bounded in number and size. */
export class JobTail {
  readonly #lines: string[] = [];
  #length = 0;

  /** Adds a line without control sequences, and gives it as it was kept; `undefined` for an empty one. */
  add(text: string): string | undefined {
    const line = stripVTControlCharacters(text).trimEnd().slice(0, maxLineLength);
    if (line === "") return undefined;
    this.#lines.push(line);
    this.#length += line.length;
    while (this.#lines.length > maxLines || this.#length > maxLength)
      this.#length -= this.#lines.shift()?.length ?? 0;
    return line;
  }

  lines(): string[] {
    return [...this.#lines];
  }
}
