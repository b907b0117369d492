import { z } from "zod";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import { swarmLabels } from "../../watch/container.ts";

const timeoutMs = 20_000;
const Task = z.looseObject({ Name: z.string(), CurrentState: z.string(), Error: z.string().default("") });
const Service = z.looseObject({
  Spec: z.looseObject({ Name: z.string(), Labels: z.record(z.string(), z.string()) }),
});

/** What a swarm has against tasks that should run and do not, as `service: why`, by their stack; nothing where there is no swarm. */
export async function listTaskErrors(): Promise<ReadonlyMap<string, readonly string[]>> {
  const listed = await linesOf(["service", "ls", "--quiet", "--filter", `label=${swarmLabels.stack}`]);
  if (listed.length === 0) return new Map();
  const [inspected, rows] = await Promise.all([
    runDocker(["service", "inspect", "--", ...listed], { timeoutMs }),
    linesOf(["service", "ps", "--no-trunc", "--format", "json", "--", ...listed]),
  ]);
  const tasks = rows.map((row) => Task.parse(JSON.parse(row)));
  const errors = new Map<string, string[]>();
  // one may have gone since; the others are told all the same
  for (const { Spec } of z.array(Service).parse(JSON.parse(inspected.stdout || "[]"))) {
    const stack = Spec.Labels[swarmLabels.stack] ?? "";
    const own = tasks.filter(({ Name }) => Name.startsWith(`${Spec.Name}.`));
    const told = [...Map.groupBy(own, ({ Name }) => Name).values()].flatMap(errorsOf);
    const service = Spec.Name.slice(stack.length + 1);
    const lines = [...new Set(told)].map((error) => `${service}: ${error}`);
    errors.set(stack, [...(errors.get(stack) ?? []), ...lines]);
  }
  return errors;
}

/** Newest first; where that one runs, nobody asks any more. */
function errorsOf(tasks: readonly z.infer<typeof Task>[]): string[] {
  if (/^(?:Running|Complete)/.test(tasks[0]?.CurrentState ?? "")) return [];
  return tasks.flatMap(({ Error: error }) => (error === "" ? [] : [error.replaceAll(/^"|"$/g, "")]));
}

async function linesOf(args: readonly string[]): Promise<string[]> {
  const run = await runDocker(args, { timeoutMs });
  return run.stdout.split("\n").filter((line) => line !== "");
}
