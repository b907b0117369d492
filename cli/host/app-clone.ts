import { cloneAppSource } from "../../agents/git/app-clone.ts";
import { conflict, toErrorInfo } from "../../bus/kernel/errors.ts";
import type { AppClone } from "../../bus/messages/host-work.ts";
import type { QuestionInput } from "../../bus/messages/questions.ts";

export interface AppCloneOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** How long nobody may ask before it is ended; default 60 s. */
  readonly aloneMs?: number;
}

interface Clone {
  readonly id: string;
  readonly lines: string[];
  readonly abort: AbortController;
  end?: NonNullable<AppClone["end"]>;
  /** Resolves at the next line, or the end. */
  news: PromiseWithResolvers<void>;
  alone: NodeJS.Timeout;
}

const maxLines = 1_000;
const waitMs = 2_000;

/** Makes what gets the app's code for a monitor that sees ROOT read-only: one clone at a time, asked after by its id. */
export function createAppClone({
  root,
  stateDir,
  signal,
  aloneMs = 60_000,
}: AppCloneOptions): (input: QuestionInput<"host.clone-app">) => Promise<AppClone> {
  let last: Clone | undefined;

  function begin(id: string): Clone {
    const abort = new AbortController();
    const clone: Clone = { id, lines: [], abort, news: Promise.withResolvers(), alone: watch(abort) };
    const tell = (): void => {
      clone.news.resolve();
      clone.news = Promise.withResolvers();
    };
    const onLine = (line: string): void => {
      if (clone.lines.length < maxLines) clone.lines.push(line.slice(0, 4_000));
      tell();
    };
    cloneAppSource({ root, stateDir, onLine, signal: AbortSignal.any([signal, abort.signal]) })
      .then((app) => (clone.end = { ok: true, ...app }))
      .catch((error: unknown) => (clone.end = { ok: false, error: toErrorInfo(error) }))
      .finally(() => {
        clearTimeout(clone.alone);
        tell();
      });
    return clone;
  }

  const watch = (abort: AbortController): NodeJS.Timeout => setTimeout(() => abort.abort(), aloneMs).unref();

  return async ({ id, after, cancel = false }) => {
    if (last?.id !== id && last !== undefined && last.end === undefined)
      throw conflict("clone_at_work", "The app's code is being cloned already. Wait for it.");
    const clone = last?.id === id ? last : (last = begin(id));
    clone.alone.refresh();
    if (cancel) clone.abort.abort();
    if (clone.end === undefined && clone.lines.length <= after) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, waitMs);
      await Promise.race([clone.news.promise, late.promise]);
      clearTimeout(timer);
    }
    return { lines: clone.lines.slice(after), ...(clone.end === undefined ? {} : { end: clone.end }) };
  };
}
