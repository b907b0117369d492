import type { EngineEvent } from "./engine-event.ts";

const keptMs = 10 * 60_000;
const keptPerProject = 100;
const keptProjects = 500;

/** What happened to the containers of each project in the last minutes. */
export class EventMemory {
  /** The project that was heard of last is the last one. */
  readonly #events = new Map<string, EngineEvent[]>();

  take(event: EngineEvent): void {
    const { project } = event;
    const known = this.#events.get(project) ?? [];
    this.#events.delete(project);
    this.#events.set(project, [...known, event].slice(-keptPerProject));
    const [oldest] = this.#events.keys();
    if (this.#events.size > keptProjects && oldest !== undefined) this.#events.delete(oldest);
  }

  /** Oldest first. */
  list(project: string, nowMs: number = Date.now()): EngineEvent[] {
    return (this.#events.get(project) ?? []).filter(({ atMs }) => nowMs - atMs <= keptMs);
  }
}
