import type { ErrorParams } from "../../bus/kernel/errors.ts";
import type { Progress } from "../runtime/handlers.ts";
import type { Redactor } from "./redaction.ts";

/** Tells a text on the feed while it comes. */
export interface TextFeed {
  add(delta: string): void;
  /** Tells the rest. */
  end(): void;
}

const everyMs = 250;
const maxChunk = 8_000;

/** Makes a feed that tells at most one chunk in 250 ms, and nothing that could still turn out to be part of a secret. */
export function createTextFeed(
  progress: Progress,
  code: string,
  params: ErrorParams,
  redactor: Redactor,
): TextFeed {
  let pending = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (keep: number): void => {
    timer = undefined;
    const clean = redactor.redact(pending);
    // in what was not cleaned a secret may have begun that ends later
    const cut = Math.max(0, clean.length - keep);
    const ready = clean.slice(0, cut);
    pending = clean.slice(cut);
    if (ready === "") return;
    progress(
      code,
      params,
      ready.length > maxChunk ? `${ready.slice(0, maxChunk / 2)}\n…\n${ready.slice(-maxChunk / 2)}` : ready,
    );
  };
  return {
    add(delta) {
      pending += delta;
      timer ??= setTimeout(() => flush(Math.max(0, redactor.longest - 1)), everyMs);
    },
    end() {
      clearTimeout(timer);
      flush(0);
    },
  };
}
