import type { Logger } from "../../bus/kernel/log.ts";
import type { FeedItem } from "../../bus/messages/feed.ts";
import { TicketId, type TicketView } from "../../bus/messages/ticket.ts";
import type { IntentClient } from "../../bus/ports/intents.ts";

/** Tells of tickets that changed. */
export interface TicketNews {
  take(items: readonly FeedItem[]): void;
  stop(): void;
}

export interface TicketNewsOptions {
  readonly bus: IntentClient;
  readonly log: Logger;
  /** Gets a ticket's newest state, at most once in 50 ms each; must not throw. */
  readonly onChange: (view: TicketView) => void;
}

const quietMs = 50;

/** Watches the feed for tickets that moved, and reads each once its moves come to rest for a moment. */
export function createTicketNews({ bus, log, onChange }: TicketNewsOptions): TicketNews {
  const waiting = new Map<string, NodeJS.Timeout>();

  async function read(id: string): Promise<void> {
    waiting.delete(id);
    try {
      onChange(await bus.ask("ticket.show", { id }));
    } catch (error) {
      log.debug({ err: error, id }, "a ticket that changed could not be read");
    }
  }

  return {
    take(items) {
      for (const { flow, kind } of items) {
        if (kind !== "event" || flow?.startsWith("ticket/") !== true) continue;
        const id = flow.slice("ticket/".length);
        // a timer that runs reads what is newest when it fires
        if (waiting.has(id) || !TicketId.safeParse(id).success) continue;
        waiting.set(
          id,
          setTimeout(() => void read(id), quietMs),
        );
      }
    },
    stop() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
