import { capabilities, type Grants } from "../../bus/capabilities.ts";
import type { Role } from "../../bus/messages/principals.ts";

/** What the capability table says, in the words of a greeting. */
const words: readonly { readonly what: string; readonly granted: (grants: Grants) => boolean }[] = [
  { what: "create and manage tickets", granted: ({ intents }) => intents.includes("ticket.create") },
  { what: "approve them", granted: ({ intents }) => intents.includes("ticket.approve") },
  { what: "set the roles' models", granted: ({ intents }) => intents.includes("settings.set") },
  {
    what: "change code and run its tests",
    granted: ({ commands }) => commands.includes("developer.implement"),
  },
  {
    what: "deploy, roll back and check stacks",
    granted: ({ commands }) => commands.includes("monitor.deploy"),
  },
  { what: "let tickets begin by rule", granted: ({ commands }) => commands.includes("autopilot.decide") },
];

/** Says in two sentences what a role may do and what it may not. */
export function mayAndMayNot(role: Role): readonly [string, string] {
  const grants = capabilities[role];
  const may = words.filter(({ granted }) => granted(grants)).map(({ what }) => what);
  const not = words.filter(({ granted }) => !granted(grants)).map(({ what }) => what);
  return [`You may ${listOf(may, "and")}.`, `You may not ${listOf(not, "or")}.`];
}

function listOf(parts: readonly string[], word: "and" | "or"): string {
  return parts.length < 2
    ? parts.join("")
    : `${parts.slice(0, -1).join(", ")}, ${word} ${parts.at(-1) ?? ""}`;
}
