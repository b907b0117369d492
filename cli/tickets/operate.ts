import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";

const timeoutMs = 600_000;

/**
 * Lets the monitor do one of its shell's commands, as a person there would; gives that command's exit code. What it says goes through
 * as it is, also with `--json`.
 */
async function operate(
  invocation: Invocation<object>,
  command: "verify",
  words: readonly string[],
): Promise<number> {
  const { screen } = invocation;
  const args = [...words, ...(screen.json ? ["--json"] : [])];
  const { output, exitCode } = await withOperator(invocation, (bus) =>
    bus.question("monitor.run", { command, args, timeoutMs }, { timeoutMs: timeoutMs + 10_000 }),
  );
  const lines = output.split("\n").filter((line) => line !== "");
  if (!screen.json) for (const line of lines) screen.line(line);
  else screen.data(lastObject(lines) ?? { ok: exitCode === 0, output });
  return exitCode;
}

/** `verify <stack>`: takes the project's checks on what runs. */
export function verifyStack(invocation: Invocation<object>, stack: string): Promise<number> {
  return operate(invocation, "verify", [stack]);
}

function lastObject(lines: readonly string[]): object | undefined {
  for (const line of lines.toReversed()) {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null) return value;
    } catch (error) {
      // progress is told in words before it
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}
