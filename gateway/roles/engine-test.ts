import { z } from "zod";
import { DockfraError } from "../../bus/kernel/errors.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";

/** What the developer's `engine-test --json` writes. */
const EngineTest = z.object({
  engines: z.array(z.object({ name: z.string(), usable: z.boolean(), why: z.string() })),
});

/** The developer's engines, as clients of the predecessor read them. */
export interface EngineStatus {
  readonly engines: readonly {
    readonly id: string;
    readonly name: string;
    readonly ok: boolean;
    readonly message: string;
  }[];
  readonly preferred: string;
}

const timeoutMs = 10_000;
/** To test engines starts programs; whoever asks within this gets the last answer. */
const keptMs = 30_000;

/** Has the developer test its engines; nothing where it does not answer or has no such command. */
export function createEngineTest(bus: QuestionClient): () => Promise<EngineStatus | undefined> {
  let last: { readonly atMs: number; readonly status: Promise<EngineStatus | undefined> } | undefined;
  return () => {
    const nowMs = performance.now();
    if (last === undefined || nowMs - last.atMs > keptMs) last = { atMs: nowMs, status: testEngines(bus) };
    return last.status;
  };
}

/** Has the developer test its engines now. */
export async function testEngines(bus: QuestionClient): Promise<EngineStatus | undefined> {
  try {
    const input = { command: "engine-test", args: ["--json"], timeoutMs };
    const { output } = await bus.question("developer.run", input, { timeoutMs: timeoutMs + 1_000 });
    const { engines } = EngineTest.parse(JSON.parse(output));
    return {
      engines: engines.map(({ name, usable, why }) => ({ id: name, name, ok: usable, message: why })),
      preferred: engines.find(({ usable }) => usable)?.name ?? "",
    };
  } catch (error) {
    const isExpected =
      error instanceof DockfraError || error instanceof SyntaxError || error instanceof z.ZodError;
    if (isExpected) return undefined;
    throw error;
  }
}
