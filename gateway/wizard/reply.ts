import type { Language } from "../../locales/render.ts";
import type { Actor } from "../../bus/messages/principals.ts";
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

export interface Button {
  readonly label: string;
  readonly value: string;
}

/** What an action works with: it says, it shows, and it ends with buttons. */
export interface ActionContext {
  readonly services: GatewayServices;
  readonly args: readonly string[];
  readonly form: Readonly<Record<string, unknown>>;
  readonly lang: Language;
  readonly actor: Actor;
  /** Says a sentence of `locales/`, or a text as it is. */
  say(text: string): void;
  show(widget: Widget): void;
  buttons(items: readonly Button[]): void;
}

/** One action. @throws coded errors, which are said to the person */
export type Action = (context: ActionContext) => Promise<void> | void;
