import type { FeedItem } from "../../bus/messages/feed.ts";
import type { TicketView } from "../../bus/messages/ticket.ts";

/** A line of the chat; the text is Markdown. */
export interface ChatMessage {
  readonly id: string;
  readonly role: "bot" | "user" | "system";
  readonly text: string;
}

/** A form element or a list of buttons; its further fields depend on the type. */
export interface Widget {
  readonly type:
    | "buttons"
    | "input"
    | "select"
    | "code"
    | "progress"
    | "status_row"
    | "action_grid"
    | "config_prompt";
  readonly [field: string]: unknown;
}

/** What the gateway sends; the first four are the predecessor's. */
export interface ServerEvents {
  message(message: ChatMessage): void;
  widget(widget: Widget): void;
  clear_widgets(): void;
  log_line(line: { readonly text: string }): void;
  /** A feed item after the subscribed sequence, in order. */
  feed(item: FeedItem): void;
  /** A ticket that changed, at most once in 50 ms each. */
  ticket(change: { readonly view: TicketView }): void;
  /** On every connect: which run of the gateway this is. */
  gateway(state: { readonly up: true; readonly startedAtMs: number }): void;
}

/** What a page sends. */
export interface ClientEvents {
  action(action: { readonly value: string; readonly form?: Readonly<Record<string, unknown>> }): void;
  set_lang(choice: { readonly lang: string }): void;
  /** Begins the feed after a sequence; the answer names the newest one. */
  subscribe(
    from: { readonly since: number },
    answer: (reply: { readonly ok: boolean; readonly lastSeq: number }) => void,
  ): void;
}
