import { z } from "zod";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { ToolCall, ToolSpec } from "../llm/messages.ts";
import type { Redactor } from "../llm/redaction.ts";
import { ToolRefusal, type Tool, type ToolAnswer } from "./tool.ts";

/** How a call went. */
export interface CallOutcome {
  readonly answer: ToolAnswer;
  readonly ok: boolean;
  /** What the call was about, for people. */
  readonly target: string;
}

/** A fixed list of tools; whatever a model asks for beyond it, or in another form, is refused with words. */
export interface Toolbox {
  readonly specs: readonly ToolSpec[];
  /** Never throws for what a model did; only when cancelled, or broken itself. */
  call(call: ToolCall, signal: AbortSignal): Promise<CallOutcome>;
}

/** Makes the toolbox; arguments with a known secret in them reach no tool. */
export function createToolbox(tools: readonly Tool[], redactor: Redactor): Toolbox {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const names = [...byName.keys()].join(", ");
  return {
    specs: tools.map(({ name, description, input }) => ({
      name,
      description,
      parameters: toParameters(input),
    })),
    async call({ name, argumentsText }, signal) {
      const tool = byName.get(name);
      if (!tool) return refusal(`There is no tool "${name.slice(0, 100)}". There is: ${names}.`);
      const json = parseJson(argumentsText);
      if (json === undefined)
        return refusal("The arguments are not valid JSON. They may have been cut: send less at once.");
      const input = tool.input.safeParse(json);
      if (!input.success) {
        const issues = input.error.issues
          .slice(0, 5)
          .map((issue) => `${issue.path.map(String).join(".") || "arguments"}: ${issue.message}`);
        return refusal(`The arguments do not fit: ${issues.join("; ")}.`);
      }
      const target = tool.target(input.data).slice(0, 300);
      // as parsed and as sent: an escape in JSON hides a secret from one of them
      if (redactor.contains(argumentsText) || redactor.contains(JSON.stringify(input.data)))
        return refusal("The arguments hold a secret. Leave it out.");
      try {
        return { answer: await tool.run(input.data, signal), ok: true, target };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ToolRefusal || error instanceof DockfraError)
          return { ...refusal(error.message), target };
        const code = systemCode(error);
        if (code !== undefined) return { ...refusal(`The system refuses it (${code}).`), target };
        throw error;
      }
    },
  };
}

function refusal(note: string): CallOutcome {
  return { answer: { note: note.slice(0, 4_000) }, ok: false, target: "" };
}

/** What the file system says no with: a name that is too long, a directory without permission, a full disk. */
function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "errno" in error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function toParameters(input: z.ZodObject): Record<string, unknown> {
  const schema: Record<string, unknown> = { ...z.toJSONSchema(input, { io: "input" }) };
  delete schema["$schema"];
  return schema;
}

/** Some models send nothing where a tool takes nothing. */
function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
