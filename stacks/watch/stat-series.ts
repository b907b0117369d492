import type { StatSample, StatSeries } from "../../bus/messages/stack-watch.ts";
import { parseStats, toSample, type StatReading } from "./stat-reading.ts";

/** As many samples as a series may have: 20 minutes, one each 2 s. */
const keptSamples = 600;
/** What is gone for so long is forgotten. */
const forgetMs = 20 * 60_000;
const maxSeries = 500;

/** Whose a measure is. */
export interface MeasuredContainer {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly service: string;
  readonly restarts: number;
}

interface Kept {
  of: MeasuredContainer;
  last?: StatReading;
  lastMs: number;
  /** Oldest first. */
  samples: StatSample[];
}

/** The last moments of every container, in bounded memory. */
export class StatStore {
  readonly #kept = new Map<string, Kept>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** Takes one answer of the engine. */
  add(container: MeasuredContainer, answer: unknown): void {
    const reading = parseStats(answer);
    if (reading === undefined) return;
    // a series goes on over a container that is made anew under its name
    const kept = this.#kept.get(container.name) ?? { of: container, lastMs: 0, samples: [] };
    const isSame = kept.of.id === container.id;
    const sample = isSame && kept.last ? toSample(kept.last, reading) : undefined;
    kept.of = container;
    kept.last = reading;
    kept.lastMs = this.#nowMs();
    if (sample) kept.samples.push(sample);
    if (kept.samples.length > keptSamples) kept.samples.splice(0, kept.samples.length - keptSamples);
    this.#kept.set(container.name, kept);
    if (this.#kept.size > maxSeries) this.#forgetOldest();
  }

  /** Leaves out what nobody measured lately. */
  sweep(): void {
    const now = this.#nowMs();
    for (const [name, { lastMs }] of this.#kept) if (now - lastMs > forgetMs) this.#kept.delete(name);
  }

  /** Series of all stacks, or of one; only samples after a moment where one is given. */
  list(stackOf: (project: string) => string, { stack, sinceMs = 0 }: SeriesWish = {}): StatSeries[] {
    return [...this.#kept.values()]
      .map(({ of, samples }) => ({
        ...{ stack: stackOf(of.project), service: of.service, container: of.name, restarts: of.restarts },
        samples: samples.filter(({ atMs }) => atMs > sinceMs),
      }))
      .filter((series) => stack === undefined || series.stack === stack)
      .toSorted((a, b) => (a.stack + a.container).localeCompare(b.stack + b.container));
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#kept].toSorted(([, a], [, b]) => a.lastMs - b.lastMs);
    if (oldest) this.#kept.delete(oldest[0]);
  }
}

export interface SeriesWish {
  readonly stack?: string;
  readonly sinceMs?: number;
}
