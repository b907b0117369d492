import { publishedSchema } from "../../stacks/project-file/published-schema.ts";
import type { Invocation } from "../invocation.ts";

/** `schema`: the JSON Schema of dockfra.yaml, as it is with or without `--json`. */
export async function printSchema({ screen }: Invocation<object>): Promise<void> {
  if (screen.json) screen.data({ ok: true, schema: JSON.parse(publishedSchema()) });
  else screen.line(publishedSchema().trimEnd());
}
