import type { Scratch } from "../../support/scratch.ts";

/** Writes a program that answers `--version` with one line, the way nats-server does; gives its path. */
export async function writeProgram(scratch: Scratch, name: string, answer: string): Promise<string> {
  return await scratch.program(name, `printf '%s\\n' '${answer}'`);
}
