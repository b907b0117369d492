import { open } from "node:fs/promises";
import { conflict, DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import type { QuestionInput, QuestionOutput } from "../../bus/messages/questions.ts";
import type { LogLine } from "../../bus/messages/stack-watch.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import { logs as partLogs } from "../containers/logs.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { showLines, toFileLine } from "./log-lines.ts";

export interface LogsOptions {
  readonly follow?: boolean;
  readonly limit: number;
  readonly search?: string;
  readonly level?: LogLine["level"];
  /** Milliseconds of the epoch. */
  readonly since?: number;
  readonly download?: string;
}

type Reading = QuestionOutput<"monitor.log-read">;

/** As many lines as one answer may have. */
const linesAtOnce = 5_000;
const waitMs = 5_000;

/**
 * `logs [NAME [service…]]`: what parts of the installation wrote, or the services of a stack; a part goes before a stack of its name.
 * @throws `log_unknown`, `download_exists`, `not_running`
 */
export async function logs(
  invocation: Invocation<LogsOptions>,
  name: string | undefined,
  services: readonly string[],
): Promise<void> {
  const { search, level, since, download } = invocation.options;
  const isStacks =
    services.length > 0 || [search, level, since, download].some((value) => value !== undefined);
  if (isStacks && name === undefined)
    throw invalidInput("log_stack_missing", "Name a stack: these options are for the logs of stacks.");
  if (name === undefined) return partLogs(invocation);
  if (isStacks) return stackLogs(invocation, name, services);
  try {
    return await partLogs(invocation, name);
  } catch (error) {
    if (!isCode(error, "log_unknown")) throw error;
    return await stackLogs(invocation, name, services).catch((second: unknown) => {
      // neither a part nor a stack: the first answer says what there is
      throw isCode(second, "stack_log_unknown") || isCode(second, "not_running") ? error : second;
    });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof DockfraError && error.code === code;
}

/** Shows or downloads the log of a stack. */
async function stackLogs(
  invocation: Invocation<LogsOptions>,
  stack: string,
  services: readonly string[],
): Promise<void> {
  const { options, screen } = invocation;
  const { search, level, since, download, follow = false, limit } = options;
  const wish = {
    stack,
    ...(services.length > 0 ? { services: [...services] } : {}),
    ...(search === undefined ? {} : { search }),
    ...(level === undefined ? {} : { minLevel: level }),
  };
  await withOperator(invocation, async (bus) => {
    if (download !== undefined) {
      const lines = await downloadTo(
        download,
        readOn(bus, invocation, { ...wish, sinceMs: since ?? 0 }, follow),
      );
      if (screen.json) screen.data({ ok: true, file: download, lines });
      else screen.note(`${lines} lines are in ${download}.`);
      return;
    }
    const isAlone = services.length === 1;
    if (since !== undefined) {
      for await (const lines of readOn(bus, invocation, { ...wish, sinceMs: since }, follow))
        showLines(screen, lines, isAlone);
      return;
    }
    const last = await bus.question("monitor.log-read", { ...wish, lines: limit });
    showLines(screen, last.lines, isAlone);
    if (!follow) return;
    for await (const lines of readOn(bus, invocation, { ...wish, cursor: last.cursor }, true))
      showLines(screen, lines, isAlone);
  });
}

/** Reads from a place on: to the end of what is there, or with `follow` until Ctrl-C. */
async function* readOn(
  bus: ClientBus,
  { signal }: Invocation<LogsOptions>,
  wish: Omit<QuestionInput<"monitor.log-read">, "lines" | "waitMs">,
  follow: boolean,
): AsyncGenerator<readonly LogLine[]> {
  let { cursor } = wish;
  while (!signal.aborted) {
    // one for each answer: a promise that outlives them would keep them all in memory
    const ended = Promise.withResolvers<undefined>();
    const end = (): void => ended.resolve(undefined);
    signal.addEventListener("abort", end, { once: true });
    const answer: Reading | undefined = await Promise.race([
      bus.question("monitor.log-read", {
        ...wish,
        ...(cursor === undefined ? {} : { cursor }),
        lines: linesAtOnce,
        ...(follow ? { waitMs } : {}),
      }),
      ended.promise,
    ]).finally(() => signal.removeEventListener("abort", end));
    if (answer === undefined) return;
    if (answer.lines.length > 0) yield answer.lines;
    // a place that does not move is the end
    else if (!follow && answer.cursor === cursor) return;
    cursor = answer.cursor;
  }
}

async function downloadTo(file: string, all: AsyncIterable<readonly LogLine[]>): Promise<number> {
  const out = await open(file, "wx", 0o600).catch((error: unknown) => {
    throw error instanceof Error && "code" in error && error.code === "EEXIST"
      ? conflict("download_exists", `There is a file ${file} already. Name another.`, { params: { file } })
      : error;
  });
  let count = 0;
  try {
    for await (const lines of all) {
      await out.write(lines.map(toFileLine).join(""));
      count += lines.length;
    }
  } finally {
    await out.close();
  }
  return count;
}
