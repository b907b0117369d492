import type { ErrorParams } from "../../../bus/kernel/errors.ts";
import type { FeedKind } from "../../../bus/messages/feed.ts";
import type { ServiceProgress } from "../../../bus/messages/stack-jobs.ts";
import type { FeedWriter } from "../../../bus/ports/feed.ts";
import type { LineSource } from "./actions.ts";

/** Lines that come within this time go out as one entry. */
const gatherMs = 100;
const maxTextLength = 8_000;
/** A fraction that grows within one step is told this often. */
const fractionPauseMs = 250;

/** Tells one job on the feed: each change of a step, and lines in handfuls. */
export class JobFeed {
  readonly #job: string;
  readonly #tell: FeedWriter["tell"];
  readonly #toldAtMs = new Map<string, { step: string; detail: string | undefined; atMs: number }>();
  #text = "";
  #source: LineSource = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(job: string, tell: FeedWriter["tell"]) {
    this.#job = job;
    this.#tell = tell;
  }

  tell(code: string, params: ErrorParams): void {
    this.flush();
    this.#progress(code, params, "progress");
  }

  step({ stack, service, step, done, detail }: ServiceProgress): void {
    const key = JSON.stringify([stack, service]);
    const last = this.#toldAtMs.get(key);
    const nowMs = performance.now();
    if (last?.step === step && last.detail === detail && nowMs - last.atMs < fractionPauseMs) return;
    this.#toldAtMs.set(key, { step, detail, atMs: nowMs });
    this.tell("job_step", {
      ...{ stack, service, step },
      ...(done === undefined ? {} : { done }),
      ...(detail === undefined ? {} : { detail }),
    });
  }

  line(line: string, source: LineSource): void {
    const isElsewhere = source.stack !== this.#source.stack || source.service !== this.#source.service;
    if (isElsewhere || this.#text.length + line.length >= maxTextLength) this.flush();
    this.#source = source;
    this.#text = this.#text === "" ? line : `${this.#text}\n${line}`;
    this.#timer ??= setTimeout(() => this.flush(), gatherMs).unref();
  }

  /** Sends what was gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = "";
    const { stack, service } = this.#source;
    const about = {
      ...(stack === undefined ? {} : { stack }),
      ...(service === undefined ? {} : { service }),
    };
    if (text !== "") this.#progress("job_log", about, "log", text);
  }

  #progress(code: string, params: ErrorParams, kind: FeedKind, text?: string): void {
    this.#tell({
      ...{ source: "monitor", kind, atMs: Date.now(), code },
      params: { job: this.#job, ...params },
      ...(text === undefined ? {} : { text }),
    });
  }
}
