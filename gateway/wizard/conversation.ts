import { newId } from "../../bus/kernel/ids.ts";
import type { ChatMessage } from "../socket/events.ts";

/** A line of the chat with its time, as the history has it. */
export interface HistoryLine extends ChatMessage {
  /** ISO 8601. */
  readonly timestamp: string;
}

/** The chat of this gateway, shared by its pages, as the predecessor's was. */
export interface Conversation {
  add(role: ChatMessage["role"], text: string): ChatMessage;
  readonly lines: readonly HistoryLine[];
  /** The action that was run last. */
  step: string;
}

const keptLines = 500;

/** Begins a conversation. */
export function createConversation(): Conversation {
  const lines: HistoryLine[] = [];
  return {
    lines,
    step: "welcome",
    add(role, text) {
      const message = { id: newId(), role, text };
      lines.push({ ...message, timestamp: new Date().toISOString() });
      if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
      return message;
    },
  };
}
