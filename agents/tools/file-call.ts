import { fileURLToPath } from "node:url";
import { z } from "zod";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import type { ProgramRunner } from "../../stacks/processes/program-run.ts";
import { ToolRefusal, type Tool, type ToolAnswer } from "./tool.ts";

/** One call of a file tool that another user's process does. */
export interface FileCall {
  readonly name: string;
  readonly input: unknown;
}

/** What that process says. */
export type FileReply = { readonly answer: ToolAnswer } | { readonly refusal: string };

/** It ran as somebody else, so nothing of what it says is taken as it is. */
const Reply = z.union([
  z.strictObject({ refusal: z.string() }),
  z.strictObject({
    answer: z.strictObject({
      note: z.string().exactOptional(),
      data: z
        .strictObject({
          kind: z.string(),
          origin: z.literal("project"),
          name: z.string(),
          text: z.string(),
        })
        .exactOptional(),
      changed: z.boolean().exactOptional(),
    }),
  }),
]);

export interface ApartOptions {
  /** The work tree. */
  readonly dir: string;
  /** HOME of the process. */
  readonly home: string;
  /** Runs it as the user whose files these are. */
  readonly run: ProgramRunner;
}

const program = fileURLToPath(new URL("file-program.ts", import.meta.url));
const timeoutMs = 60_000;
const maxOutputBytes = 4_000_000;

/** Makes a file tool do its work in a process of its own, as another user. */
export function runApart(tool: Tool, { dir, home, run }: ApartOptions): Tool {
  return {
    ...tool,
    run: async (input, signal) => {
      const call: FileCall = { name: tool.name, input };
      const ended = await run([process.execPath, "--disable-warning=ExperimentalWarning", program, dir], {
        cwd: dir,
        env: { ...pickEnvironment(["PATH", "LANG", "NODE_COMPILE_CACHE"]), HOME: home },
        input: JSON.stringify(call),
        ...{ timeoutMs, maxOutputBytes, signal },
      });
      signal.throwIfAborted();
      const reply = Reply.safeParse(parseJson(ended.stdout)).data;
      if (reply === undefined)
        throw new ToolRefusal(
          `It did not end well (${ended.notStarted ?? (ended.timedOut ? "out of time" : `exit code ${ended.exitCode ?? "none"}`)}). Try less at once.`,
        );
      if ("refusal" in reply) throw new ToolRefusal(reply.refusal);
      return reply.answer;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
