import type { ToolCall } from "../../llm/messages.ts";
import type { CallOutcome } from "../../tools/toolbox.ts";

export interface WatchLimits {
  /** How often the same call may come while no file changes. */
  readonly sameCalls: number;
  /** How many runs of the tests in a row may fail alike. */
  readonly sameFailures: number;
  /** How many calls in a row may be refused. */
  readonly refusals: number;
  /** How many answers in a row may have no call. */
  readonly silences: number;
  /** How many turns in a row may go by without a change of files, once all is known that is read. */
  readonly idleTurns: number;
}

export const defaultWatchLimits: WatchLimits = {
  sameCalls: 3,
  sameFailures: 3,
  refusals: 6,
  silences: 3,
  idleTurns: 25,
};

/** Why nothing goes forward, as a code with its sentence. */
export interface Stall {
  readonly code: "same_call" | "same_failure" | "refusals" | "silence" | "idle";
  readonly why: string;
}

/** Notices when a model goes in circles. */
export interface ProgressWatch {
  /** A turn without a call. */
  sawSilence(): Stall | undefined;
  sawTurn(): Stall | undefined;
  sawCall(call: ToolCall, outcome: CallOutcome): Stall | undefined;
}

/** Makes a watch that knows nothing yet. */
export function createProgressWatch(limits: WatchLimits = defaultWatchLimits): ProgressWatch {
  const calls = new Map<string, number>();
  let refusals = 0;
  let silences = 0;
  let idleTurns = 0;
  let failure: { readonly fingerprint: string; times: number } | undefined;
  return {
    sawSilence() {
      silences++;
      return silences >= limits.silences
        ? { code: "silence", why: `${silences} answers in a row called no tool.` }
        : undefined;
    },
    sawTurn() {
      idleTurns++;
      return idleTurns >= limits.idleTurns
        ? { code: "idle", why: `No file was changed in ${idleTurns} turns.` }
        : undefined;
    },
    sawCall(call, { answer, ok }) {
      silences = 0;
      refusals = ok ? 0 : refusals + 1;
      if (answer.changed) {
        calls.clear();
        idleTurns = 0;
      }
      if (answer.tests) failure = nextFailure(failure, answer.tests);
      const key = `${call.name}\0${canonical(call.argumentsText)}`;
      const times = (calls.get(key) ?? 0) + 1;
      calls.set(key, times);
      if (failure && failure.times >= limits.sameFailures)
        return { code: "same_failure", why: `The tests failed in the same way ${failure.times} times.` };
      if (times >= limits.sameCalls)
        return {
          code: "same_call",
          why: `${call.name.slice(0, 60)} was called ${times} times with the same arguments.`,
        };
      if (refusals >= limits.refusals)
        return { code: "refusals", why: `${refusals} calls in a row were refused.` };
      return undefined;
    },
  };
}

function nextFailure(
  before: { readonly fingerprint: string; readonly times: number } | undefined,
  { passed, fingerprint }: { readonly passed: boolean; readonly fingerprint: string },
): { fingerprint: string; times: number } | undefined {
  if (passed) return undefined;
  return { fingerprint, times: before?.fingerprint === fingerprint ? before.times + 1 : 1 };
}

/** The order of keys and blanks make no other call. */
function canonical(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object"
      ? JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : text;
  } catch {
    return text;
  }
}
