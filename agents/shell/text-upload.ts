import { toText } from "../../bus/artifact-transfer.ts";
import type { Text } from "../../bus/messages/text.ts";
import type { Door } from "./door.ts";
import type { Role } from "../../bus/messages/principals.ts";

/** Wraps a text for a message; a long one is stored first. */
export function storeText(door: Pick<Door, "ask">, role: Role, text: string): Promise<Text> {
  return toText({ principal: role, ask: (verb, input) => door.ask(verb, input) }, text);
}
