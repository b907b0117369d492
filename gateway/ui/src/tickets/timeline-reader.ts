import { useEffect, useState } from "react";
import type { TicketState } from "../../../../bus/messages/ticket.ts";
import { ApiError } from "../live/api.ts";
import { useLive } from "../live/live-context.ts";

/** One event of a ticket, told. */
export interface TimelineEntry {
  readonly version: number;
  readonly atMs: number;
  readonly state: TicketState;
  readonly from?: TicketState | null;
  readonly event: string;
  readonly by: string;
  readonly tookMs?: number | null;
  readonly text: string;
}

interface Timeline {
  readonly entries: readonly TimelineEntry[];
  readonly error: ApiError | undefined;
  readonly loaded: boolean;
}

/** Reads a ticket's story, and what is new of it whenever its version rises. */
export function useTimeline(id: string, version: number): Timeline {
  const { call } = useLive();
  const [timeline, setTimeline] = useState<Timeline>({ entries: [], error: undefined, loaded: false });
  const known = timeline.entries.at(-1)?.version ?? 0;
  useEffect(() => {
    if (version <= known) return undefined;
    const aborted = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const page = await call<{ entries: TimelineEntry[] }>(`/tickets/${id}/timeline?after=${known}`, {
          signal: aborted.signal,
        });
        setTimeline((now) => ({ entries: join(now.entries, page.entries), error: undefined, loaded: true }));
      } catch (error) {
        if (aborted.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setTimeline((now) => ({ ...now, error, loaded: true }));
      }
    };
    void read();
    return () => aborted.abort();
  }, [call, id, version, known]);
  return timeline;
}

function join(now: readonly TimelineEntry[], added: readonly TimelineEntry[]): TimelineEntry[] {
  const last = now.at(-1)?.version ?? 0;
  return [...now, ...added.filter((entry) => entry.version > last)];
}
