import { appendFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readIfThere } from "../durable-file.ts";

const maxFileBytes = 1_000_000;
const maxLineLength = 10_000;
const keptDeployments = 5;

/** A line as it is in the file: when it was written, a tab, its text; files of earlier versions have the text alone. */
const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})Z\t/;

/** Takes the time off a line of the file; RFC 3339 with nine digits of a second, or empty where it has none. */
export function splitTime(line: string): { stamp: string; text: string } {
  const [head, moment] = timed.exec(line) ?? [];
  if (head === undefined) return { stamp: "", text: line };
  return { stamp: `${moment}000000Z`, text: line.slice(head.length) };
}

/** The bounded log of one deployment, over all restarts of its instance: at most two files of 1 MB. */
export class InstanceLog {
  readonly #file: string;
  #sizeBytes: number;
  #lostLines = 0;

  constructor(dir: string, sequence: number) {
    this.#file = logFile(dir, sequence);
    this.#sizeBytes = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Writes down every line of a stream until it ends. */
  follow(stream: NodeJS.ReadableStream): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > maxLineLength) {
        lines.push(rest);
        rest = "";
      }
      this.#write(lines);
    });
    stream.on("end", () => {
      if (rest !== "") this.#write([rest]);
    });
  }

  /** Writes a line of the runner's own. */
  note(text: string): void {
    this.#write([`[dockfra] ${text}`]);
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const lost = this.#lostLines === 0 ? [] : [`[dockfra] ${this.#lostLines} lines could not be written`];
    const time = new Date().toISOString();
    const text = Buffer.from(
      [...lost, ...lines].map((line) => `${time}\t${line.slice(0, maxLineLength)}\n`).join(""),
    );
    try {
      if (this.#sizeBytes + text.byteLength > maxFileBytes) {
        renameSync(this.#file, `${this.#file}.1`);
        this.#sizeBytes = 0;
      }
      appendFileSync(this.#file, text, { mode: 0o600 });
      this.#sizeBytes += text.byteLength;
      this.#lostLines = 0;
    } catch {
      // a full disk must not end the app
      this.#lostLines += lines.length;
    }
  }
}

/** Reads the last lines of a deployment's log. */
export function readLog(dir: string, sequence: number, lines: number): string[] {
  const file = logFile(dir, sequence);
  const text = `${readIfThere(`${file}.1`) ?? ""}${readIfThere(file) ?? ""}`;
  return text
    .split("\n")
    .slice(0, -1)
    .slice(-lines)
    .map((line) => splitTime(line).text);
}

/** Removes the logs of all but the newest deployments. */
export function pruneLogs(dir: string, newest: number): void {
  for (const name of readdirSync(dir)) {
    const sequence = Number(/^(\d+)\.log(?:\.1)?$/.exec(name)?.[1] ?? newest);
    if (sequence <= newest - keptDeployments) rmSync(join(dir, name), { force: true });
  }
}

function logFile(dir: string, sequence: number): string {
  return join(dir, `${sequence}.log`);
}
