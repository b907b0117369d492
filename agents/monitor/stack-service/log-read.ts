import { notFound } from "../../../bus/kernel/errors.ts";
import type { QuestionInput, QuestionOutput } from "../../../bus/messages/questions.ts";
import type { WatchEngine } from "../../../stacks/watch/engine.ts";
import { readFrom, type LineRedactor } from "../../../stacks/watch/log-reading.ts";
import type { LogRoom } from "../../../stacks/watch/log-room.ts";
import { createRedactor } from "../../llm/redaction.ts";
import type { StackNames } from "../watch/stack-names.ts";
import type { ProjectReading } from "./project-reading.ts";
import { findSecretValues } from "./secret-values.ts";

type Wish = QuestionInput<"monitor.log-read">;

export interface LogSources {
  readonly engine: WatchEngine;
  readonly names: StackNames;
  readonly logs: LogRoom;
}

/** Reads lines of a stack's log from a cursor on, without secrets. @throws `stack_log_unknown`, `engine_unreachable` */
export async function readStackLines(
  { engine, names, logs }: LogSources,
  wish: Wish,
): Promise<QuestionOutput<"monitor.log-read">> {
  return readLines({ names, logs }, await findProject(engine, names, wish.stack), wish);
}

/** Reads lines of what has a name in the room of logs. */
export function readLines(
  { names, logs }: Omit<LogSources, "engine">,
  project: string,
  { services = [], cursor, sinceMs, search, minLevel, lines, waitMs = 0 }: Wish,
): Promise<QuestionOutput<"monitor.log-read">> {
  const place = logs.place(project, {
    ...(cursor === undefined ? {} : { cursor }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  });
  return readFrom(place, {
    ...{ services: new Set(services), lines, waitMs, redactor: redactorOf(names.reading) },
    ...(search === undefined || search === "" ? {} : { search }),
    ...(minLevel === undefined ? {} : { minLevel }),
  });
}

/** The Compose project that a stack runs as: the first of its names that has containers. */
async function findProject(engine: WatchEngine, names: StackNames, stack: string): Promise<string> {
  const projects = names.projectsOf(stack);
  for (const project of projects) if ((await engine.containers({ project })).length > 0) return project;
  const isKnown = names.reading?.stacks.some(({ name }) => name === stack) || projects.length > 1;
  const [first = stack] = projects;
  if (isKnown) return first;
  throw notFound("stack_log_unknown", `No stack is named "${stack}". See: dockfra ps`, { params: { stack } });
}

const redactors = new WeakMap<ProjectReading, LineRedactor>();

/** Takes out every secret of the project; making it costs, so once for each reading. */
function redactorOf(reading: ProjectReading | undefined): LineRedactor {
  if (reading === undefined) return createRedactor([]);
  const known = redactors.get(reading);
  if (known) return known;
  const { values } = findSecretValues(reading.variables);
  // a secret of several lines comes out as several
  const made = createRedactor(values.flatMap((value) => [value, ...value.split(/\r?\n/)]));
  redactors.set(reading, made);
  return made;
}
