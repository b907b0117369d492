import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Screen } from "../../terminal/screen.ts";

/** Asks one question on a terminal; `undefined` where there is none, or nothing was answered. */
export async function askLine(
  screen: Screen,
  question: string,
  { secret = false } = {},
): Promise<string | undefined> {
  if (!process.stdin.isTTY || screen.json) return undefined;
  if (secret) process.stderr.write(question);
  const lines = createInterface({
    input: process.stdin,
    // what is typed is not shown where it is a secret
    output: secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr,
    terminal: true,
  });
  try {
    const answer = (await lines.question(secret ? "" : question)).trim();
    if (secret) process.stderr.write("\n");
    return answer === "" ? undefined : answer;
  } finally {
    lines.close();
  }
}
