import type { z } from "zod";
import type { DataBlock } from "../llm/untrusted-text.ts";

/** A no that the model is told, and can do something about. */
export class ToolRefusal extends Error {
  override readonly name = "ToolRefusal";
}

/** What a tool answers; `data` is somebody else's text and reaches the model in a labelled block only. */
export interface ToolAnswer {
  /** Our own words. */
  readonly note?: string;
  readonly data?: DataBlock & { readonly text: string };
  /** Whether files changed. */
  readonly changed?: boolean;
  /** How the project's tests went, where they ran. */
  readonly tests?: { readonly passed: boolean; readonly fingerprint: string };
  /** Set by the tool that ends the work. */
  readonly summary?: string;
}

/** One thing that a model may ask for; its arguments are parsed before it runs. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** What a call is about, for people: a path, a pattern. */
  target(input: unknown): string;
  /** @throws ToolRefusal, DockfraError */
  run(input: unknown, signal: AbortSignal): Promise<ToolAnswer>;
}

/** Ties a tool's arguments to its schema. */
export function defineTool<S extends z.ZodObject>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: S;
  readonly target: (input: z.infer<S>) => string;
  readonly run: (input: z.infer<S>, signal: AbortSignal) => Promise<ToolAnswer>;
}): Tool {
  return {
    name: tool.name,
    description: tool.description,
    input: tool.input,
    target: (input) => tool.target(input as z.infer<S>),
    run: (input, signal) => tool.run(input as z.infer<S>, signal),
  };
}
