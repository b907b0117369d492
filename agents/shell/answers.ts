import type { z } from "zod";
import { invalidInput } from "../../bus/kernel/errors.ts";
import type { Door, PerformOptions } from "./door.ts";

/** Has the agent do an operation and reads its answer. @throws `shell_answer_invalid` where the agent is of another version */
export async function performAs<T>(
  door: Pick<Door, "perform">,
  name: string,
  input: unknown,
  schema: z.ZodType<T>,
  options?: PerformOptions,
): Promise<T> {
  const parsed = schema.safeParse(await door.perform(name, input, options));
  if (parsed.success) return parsed.data;
  throw invalidInput(
    "shell_answer_invalid",
    `The agent's answer to "${name}" cannot be read. Bring both to the same version: dockfra up`,
    { params: { operation: name } },
  );
}
