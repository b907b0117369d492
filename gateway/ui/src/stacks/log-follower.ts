import { useEffect, useRef, useState } from "react";
import type { LogLine } from "../../../../bus/messages/stack-watch.ts";
import { ApiError } from "../live/api.ts";
import { useLive } from "../live/live-context.ts";
import { queryOf } from "./reading.ts";

/** Which lines are wanted. */
export interface LogFilter {
  readonly stack: string;
  readonly service: string;
  readonly search: string;
  readonly minLevel: string;
}

/** A line with its place in what was read. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

/** More than anybody scrolls back here; the file has them all. */
const keptLines = 2_000;
const firstLines = 300;
const pageLines = 5_000;
const waitMs = 8_000;
const retryMs = 2_000;
const emptyMs = 250;

interface LogPage {
  readonly lines: readonly LogLine[];
  readonly cursor: string;
}

/** The query of a filter, for pages and for the file. */
export function filterQuery({ service, search, minLevel }: LogFilter): Record<string, string> {
  return { services: service, search, minLevel: minLevel === "debug" ? "" : minLevel };
}

interface LogState {
  /** The filter that it was read with. */
  readonly key: string;
  readonly lines: readonly NumberedLine[];
  readonly error: ApiError | undefined;
  readonly isRead: boolean;
}

/** Follows a stack's log: the last lines, then what comes, until it is held or left. */
export function useLog(filter: LogFilter, isHeld: boolean): Omit<LogState, "key"> {
  const { call } = useLive();
  const { stack, service, search, minLevel } = filter;
  const key = JSON.stringify([stack, service, search, minLevel]);
  const [state, setState] = useState<LogState>({ key, lines: [], error: undefined, isRead: false });
  const place = useRef<{ key: string; cursor: string | undefined }>({ key, cursor: undefined });
  useEffect(() => {
    if (isHeld) return undefined;
    const gone = new AbortController();
    const { signal } = gone;
    if (place.current.key !== key) place.current = { key, cursor: undefined };
    const readPage = async (): Promise<void> => {
      const { cursor } = place.current;
      const query = queryOf({
        ...filterQuery({ stack, service, search, minLevel }),
        ...(cursor === undefined ? { lines: firstLines } : { lines: pageLines, cursor, waitMs }),
      });
      const page = await call<LogPage>(`/stacks/${encodeURIComponent(stack)}/log${query}`, { signal });
      if (signal.aborted) return;
      place.current = { key, cursor: page.cursor };
      // what a filter gave before is not there any more once it is read anew
      setState((now) => take(cursor !== undefined && now.key === key ? now.lines : [], page, key));
      // a log that was read to its end without a wait would be asked again at once
      if (cursor !== undefined && page.lines.length === 0) await pause(emptyMs, signal);
    };
    const follow = async (): Promise<void> => {
      while (!signal.aborted)
        try {
          await readPage();
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof ApiError)) throw error;
          setState((now) => ({ key, lines: now.key === key ? now.lines : [], error, isRead: false }));
          await pause(retryMs, signal);
        }
    };
    void follow();
    return () => gone.abort();
  }, [call, key, stack, service, search, minLevel, isHeld]);
  return state.key === key ? state : { lines: [], error: undefined, isRead: false };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function take(before: readonly NumberedLine[], page: LogPage, key: string): LogState {
  const first = (before.at(-1)?.number ?? 0) + 1;
  const added = page.lines.map((line, index) => ({ ...line, number: first + index }));
  const lines = added.length === 0 ? before : [...before, ...added].slice(-keptLines);
  return { key, lines, error: undefined, isRead: true };
}
