import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { EngineStates } from "../../messages.ts";
import { alignRows } from "../../../../terminal/table.ts";

/** `engine-test`: exit code 0 where at least one engine can write code. */
export const engineTest: RunCommand = async ({ door, screen, signal }) => {
  const { engines } = await performAs(door, "engine-test", {}, EngineStates, { signal });
  const some = engines.some(({ usable }) => usable);
  if (screen.json) {
    screen.data({ ok: some, engines });
    return some ? 0 : 6;
  }
  const rows = engines.map(({ name, usable, why }) => [
    `${usable ? screen.paint("green", "●") : screen.paint("red", "○")} ${name}`,
    usable ? "usable" : "not usable",
    why,
  ]);
  for (const line of alignRows(rows)) screen.line(line);
  return some ? 0 : 6;
};
