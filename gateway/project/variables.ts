import type { VariableView } from "../../bus/messages/stack-service.ts";

/** Stands for a secret's value, which is never sent. */
export const mask = "••••••";

/** The heading under which a variable is shown: its own group, else its first stack. */
export function groupOf({ group, stacks }: VariableView): string {
  return group ?? stacks[0] ?? "Other";
}
