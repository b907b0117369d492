import { z } from "zod";
import { performAs } from "../../answers.ts";
import type { RunCommand } from "../../command.ts";
import { printable } from "../../../../terminal/printable.ts";

const names = ["deploy", "rollback", "verify", "health-check", "service-status"] as const;

/** What every operation of the monitor on a stack or a device answers: how it went, and lines that say it. */
const Operated = z.looseObject({ ok: z.boolean(), lines: z.array(z.string()).default([]) });

/** `deploy`, `rollback`, `verify`, `health-check`, `service-status`: exit code 0 where all is well, 4 where not. */
export function operate(name: (typeof names)[number]): RunCommand {
  return async ({ door, screen, signal }, { words }) => {
    const [target, version] = words;
    const input = {
      ...(target === undefined ? {} : { target }),
      ...(version === undefined ? {} : { [name === "rollback" ? "release" : "commit"]: version }),
    };
    const onLine = (line: string): void => screen.note(printable(line));
    const { lines, ...answer } = await performAs(door, name, input, Operated, { signal, onLine });
    if (screen.json) screen.data({ ...answer });
    else for (const line of lines) screen.line(printable(line));
    return answer.ok ? 0 : 4;
  };
}
