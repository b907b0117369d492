import { useCallback, useState } from "react";
import { ApiError } from "../live/api.ts";

/** Something that a person asked for and that takes a moment. */
export interface Task<A extends readonly unknown[]> {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  /** Gives whether it worked. */
  readonly run: (...args: A) => Promise<boolean>;
  readonly forget: () => void;
}

/** Runs an action once at a time and keeps its refusal for the form beside it. */
export function useTask<A extends readonly unknown[]>(action: (...args: A) => Promise<unknown>): Task<A> {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | undefined }>({
    busy: false,
    error: undefined,
  });
  const run = async (...args: A): Promise<boolean> => {
    if (state.busy) return false;
    setState({ busy: true, error: undefined });
    try {
      await action(...args);
      setState({ busy: false, error: undefined });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState({ busy: false, error });
      return false;
    }
  };
  const forget = useCallback(() => setState({ busy: false, error: undefined }), []);
  return { ...state, run, forget };
}
