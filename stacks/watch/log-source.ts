import type { ServiceContainer } from "./container.ts";
import { isCutOff, type LogWish, type WatchEngine } from "./engine.ts";
import { LogFrames, type RawLine } from "./log-frames.ts";
import type { RingLine } from "./log-ring.ts";

/** Reads a container's log as handfuls of lines; ends with the log, its engine, or the signal. @throws `engine_unreachable`, `engine_lacks` */
export async function* readLog(
  engine: WatchEngine,
  { id, service }: Pick<ServiceContainer, "id" | "service">,
  wish: LogWish,
): AsyncGenerator<RingLine[]> {
  const { tty } = await engine.inspect(id, wish.signal ? { signal: wish.signal } : {});
  const frames = new LogFrames(tty);
  const own = (lines: readonly RawLine[]): RingLine[] =>
    lines.map(({ stamp, text }) => ({ stamp, text, service }));
  const stream = await engine.log(id, wish);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const lines = frames.push(chunk);
      if (lines.length > 0) yield own(lines);
    }
  } catch (error) {
    if (!isCutOff(error)) throw error;
  } finally {
    stream.destroy();
  }
  const last = frames.end();
  if (last.length > 0) yield own(last);
}

interface Head {
  readonly source: AsyncGenerator<RingLine[]>;
  lines: RingLine[];
  at: number;
}

const handful = 500;

/** Brings several logs, each in order, into one order of time. */
export async function* mergeLogs(sources: readonly AsyncGenerator<RingLine[]>[]): AsyncGenerator<RingLine[]> {
  let heads: Head[] = sources.map((source) => ({ source, lines: [], at: 0 }));
  try {
    let merged: RingLine[] = [];
    for (;;) {
      await Promise.all(heads.filter(({ lines, at }) => at >= lines.length).map(fill));
      heads = heads.filter(({ lines }) => lines.length > 0);
      if (heads.length === 0) break;
      while (heads.every(({ lines, at }) => at < lines.length)) {
        merged.push(takeOldest(heads));
        if (merged.length < handful) continue;
        yield merged;
        merged = [];
      }
    }
    if (merged.length > 0) yield merged;
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

async function fill(head: Head): Promise<void> {
  const next = await head.source.next();
  head.lines = next.done === true ? [] : next.value;
  head.at = 0;
}

function takeOldest(heads: readonly Head[]): RingLine {
  let oldest: { head: Head; line: RingLine } | undefined;
  for (const head of heads) {
    const line = head.lines[head.at];
    if (line && (oldest === undefined || line.stamp < oldest.line.stamp)) oldest = { head, line };
  }
  if (oldest === undefined) throw new Error("No log has a line left.");
  oldest.head.at++;
  return oldest.line;
}
