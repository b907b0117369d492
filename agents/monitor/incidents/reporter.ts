import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { IncidentReport, IncidentView } from "../../../bus/messages/incident.ts";
import type { AgentClient } from "../../runtime/patient-client.ts";
import { keyOf, type Symptom } from "./symptom.ts";

export interface ReporterOptions {
  readonly client: AgentClient;
  readonly quietMs: number;
  readonly write: (symptom: Symptom) => Promise<IncidentReport>;
  readonly nowMs?: () => number;
}

/** The same symptom is told again after this long at the earliest. */
const repeatMs = 60_000;

/** Tells the orchestrator of symptoms, each once in a while, and of those that stayed away. */
export class IncidentReporter {
  readonly #options: ReporterOptions;
  readonly #nowMs: () => number;
  readonly #told = new Map<string, { toldMs: number; seenMs: number }>();
  #watchingSinceMs: number;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#watchingSinceMs = this.#nowMs();
  }

  /** Nobody can say what happened until now. */
  restartWatch(): void {
    this.#watchingSinceMs = this.#nowMs();
  }

  /** Tells what is seen now. */
  async report(symptoms: readonly Symptom[]): Promise<void> {
    for (const symptom of symptoms) {
      const key = keyOf(symptom);
      const known = this.#told.get(key);
      if (known && symptom.atMs <= known.seenMs) continue;
      if (known && this.#nowMs() - known.toldMs < repeatMs) continue;
      await this.#options.client.ask("incident.report", await this.#options.write(symptom));
      this.#told.set(key, { toldMs: this.#nowMs(), seenMs: symptom.atMs });
    }
  }

  /** Ends each open incident of these stacks that stayed away for the quiet time, all of which was watched. */
  async clear(symptoms: readonly Symptom[], isWell: (incident: IncidentView) => boolean): Promise<void> {
    const { client, quietMs } = this.#options;
    const { incidents } = await client.ask("incident.list", {});
    const active = new Map(symptoms.map((symptom) => [keyOf(symptom), symptom]));
    const now = this.#nowMs();
    for (const incident of incidents.filter(({ state }) => state === "open")) {
      const { key } = incident;
      const seenMs = Math.max(
        active.get(key)?.atMs ?? 0,
        this.#told.get(key)?.seenMs ?? 0,
        incident.lastSeenMs,
      );
      if (!isWell(incident) || now - Math.max(seenMs, this.#watchingSinceMs) < quietMs) continue;
      try {
        await client.ask("incident.clear", { key });
        // what was seen before is over; what comes after is told at once
        this.#told.set(key, { toldMs: Number.NEGATIVE_INFINITY, seenMs });
      } catch (error) {
        // it was opened with a longer quiet time: a later look ends it
        if (!(error instanceof DockfraError) || error.code !== "incident_not_quiet") throw error;
      }
    }
  }
}
