import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../live/api.ts";
import { useLive } from "../live/live-context.ts";
import type { Loadable } from "../live/state.ts";

/** Something that is read while its part of the page is open. */
export interface Reading<T> extends Loadable<T> {
  readonly again: () => void;
}

/** Reads a path of the API, anew when it changes and every so often; an absent path is not read. */
export function useReading<T>(path: string | undefined, everyMs?: number): Reading<T> {
  const { call } = useLive();
  const [state, setState] = useState<Loadable<T> & { path: string | undefined }>({
    ...{ value: undefined, error: undefined, path },
  });
  const round = useRef(0);
  const read = useCallback(async () => {
    if (path === undefined || document.hidden) return;
    const own = ++round.current;
    try {
      const value = await call<T>(path);
      // a slower, older answer must not replace a newer one
      if (own === round.current) setState({ value, error: undefined, path });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (own === round.current)
        setState((now) => ({ value: now.path === path ? now.value : undefined, error, path }));
    }
  }, [call, path]);
  useEffect(() => {
    const first = setTimeout(() => void read(), 0);
    const timer = everyMs === undefined ? undefined : setInterval(() => void read(), everyMs);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      round.current += 1;
    };
  }, [read, everyMs]);
  const fits = state.path === path;
  return {
    value: fits ? state.value : undefined,
    error: fits ? state.error : undefined,
    again: () => void read(),
  };
}

/** Writes a query of an address; what is empty is left out. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
