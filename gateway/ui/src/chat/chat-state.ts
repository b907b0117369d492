import { useEffect, useSyncExternalStore } from "react";
import type { ChatMessage, Widget } from "../../../socket/events.ts";
import { useLive } from "../live/live-context.ts";
import type { GatewaySocket } from "../live/live.ts";
import { createStore, type Store } from "../live/store.ts";

/** A widget with a key of its own, because it may come twice. */
export interface PlacedWidget {
  readonly key: number;
  readonly widget: Widget;
}

/** What the chat shows, and what was typed into its fields. */
export interface Chat {
  readonly messages: readonly ChatMessage[];
  readonly widgets: readonly PlacedWidget[];
  readonly form: Readonly<Record<string, string>>;
  readonly waiting: boolean;
}

const maxMessages = 300;
const empty: Chat = { messages: [], widgets: [], form: {}, waiting: false };
const chats = new WeakMap<GatewaySocket, Store<Chat>>();
let nextKey = 0;

function openChat(socket: GatewaySocket): Store<Chat> {
  const known = chats.get(socket);
  if (known) return known;
  const chat = createStore(empty);
  chats.set(socket, chat);
  socket.on("message", (message) =>
    chat.update((now) => ({
      ...now,
      waiting: message.role === "user" && now.waiting,
      messages: [...now.messages.filter(({ id }) => id !== message.id), message].slice(-maxMessages),
    })),
  );
  socket.on("widget", (widget) =>
    chat.update((now) => ({
      ...now,
      waiting: false,
      widgets: placed(now.widgets, widget),
      form: { ...valueOf(widget), ...now.form },
    })),
  );
  socket.on("clear_widgets", () => chat.update((now) => ({ ...now, widgets: [], form: {} })));
  socket.on("disconnect", () => chat.update((now) => ({ ...now, waiting: false })));
  return chat;
}

/** A progress takes the place of the one that it goes on from. */
function placed(widgets: readonly PlacedWidget[], widget: Widget): readonly PlacedWidget[] {
  const earlier = widgets.findIndex(
    ({ widget: { type, label } }) =>
      type === "progress" && widget.type === "progress" && label === widget["label"],
  );
  if (earlier >= 0) return widgets.with(earlier, { key: widgets[earlier]?.key ?? nextKey++, widget });
  return [...widgets, { key: nextKey++, widget }].slice(-60);
}

function valueOf({ name, value }: Widget): Record<string, string> {
  return typeof name === "string" && typeof value === "string" ? { [name]: value } : {};
}

/** The chat over the page's socket; it begins with a welcome. */
export function useChat() {
  const { socket } = useLive();
  const chat = openChat(socket);
  const state = useSyncExternalStore(chat.subscribe, chat.get);
  useEffect(() => {
    const { messages, widgets, waiting } = chat.get();
    if (messages.length > 0 || widgets.length > 0 || waiting) return;
    chat.update((now) => ({ ...now, waiting: true }));
    socket.emit("action", { value: "welcome", form: {} });
  }, [chat, socket]);
  return {
    ...state,
    send(value: string) {
      chat.update((now) => ({ ...now, waiting: true }));
      socket.emit("action", { value, form: chat.get().form });
    },
    fill(name: string, value: string) {
      chat.update((now) => ({ ...now, form: { ...now.form, [name]: value } }));
    },
  };
}
