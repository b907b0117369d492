import type { Actor } from "../../bus/messages/principals.ts";
import type { Language, SentenceParams } from "../../locales/render.ts";
import type { GatewayServices } from "../services.ts";
import type { ChatMessage, Widget } from "../socket/events.ts";

/** One thing that an action shows. */
export type ReplyItem =
  | { readonly event: "message"; readonly data: ChatMessage }
  | { readonly event: "widget"; readonly data: Widget }
  | { readonly event: "clear_widgets" };

/** A request to run an action. */
export interface ActionCall {
  /** The action with its arguments after `::`, or free text. */
  readonly value: string;
  readonly form: Readonly<Record<string, unknown>>;
  readonly lang: Language;
  readonly actor: Actor;
  /** Gets each item as it is made; must not throw. */
  readonly sink: (item: ReplyItem) => void;
}

/** A button: its value is an action of the closed list, never anything to be run. */
export interface Button {
  readonly label: string;
  readonly value: string;
}

/** What an action works with: it says, it shows, and it ends with buttons. */
export interface ActionContext {
  readonly services: GatewayServices;
  readonly args: readonly string[];
  readonly form: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  readonly lang: Language;
  /** A sentence of `locales/` in the person's language. */
  t(code: string, params?: SentenceParams): string;
  /** Says a text; Markdown. */
  say(text: string): void;
  show(widget: Widget): void;
  buttons(items: readonly Button[]): void;
  /** Goes on with another action. */
  goTo(value: string): Promise<void>;
}

/** One action. @throws coded errors, which are said to the person */
export type Action = (context: ActionContext) => Promise<void> | void;
