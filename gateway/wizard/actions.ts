import type { Action } from "./reply.ts";

const actions: Readonly<Record<string, Action>> = {};

/** Finds what a value asks for: an action of the closed list with its arguments, else a chat message. */
export function findAction(value: string): { name: string; action: Action; args: string[] } {
  const [name = "", ...args] = value.trim().split("::");
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action) return { name, action, args };
  return { name: "chat", action: ({ say }) => say("I cannot chat yet."), args: [value] };
}
