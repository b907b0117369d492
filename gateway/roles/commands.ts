import type { RoleCommandView } from "../../bus/messages/questions.ts";
import type { Role } from "../../bus/messages/principals.ts";

/** What a placeholder of a command's usage stands for, as far as values for it can be offered. */
export const paramKinds = ["ticket", "stack", "branch", "container", "device", "text"] as const;
export type ParamKind = (typeof paramKinds)[number];

/** A command with what a form for it needs. */
export interface RoleCommand extends RoleCommandView {
  readonly params: readonly {
    readonly name: string;
    readonly kind: ParamKind;
    readonly required: boolean;
    /** Whether what is typed for it is several arguments, not one. */
    readonly several: boolean;
  }[];
  /** Whether a person is asked once more before it runs. */
  readonly confirm: boolean;
}

/** Built-in commands that change what others rely on; what a project brings is not known, so it counts as one. */
const changing: Readonly<Record<Role, readonly string[]>> = {
  manager: ["ticket-push", "ticket-pull", "config-developer", "config-monitor", "config-autopilot"],
  developer: ["commit-push", "implement", "engine-implement", "ticket-done"],
  monitor: ["deploy", "rollback"],
  autopilot: ["pilot-run", "create-from-plan", "pilot-pause", "pilot-resume"],
};

/** Built-in commands that need a person's terminal, or run until it is closed. */
const atTerminal: readonly string[] = ["ssh-to", "aider-start", "litellm-start"];

/** The commands that a page can run to their end. */
export function withoutTerminal(commands: readonly RoleCommandView[]): RoleCommandView[] {
  return commands.filter(({ name, source }) => source === "project" || !atTerminal.includes(name));
}

/** What is handed on to another program. */
const several = /^(?:args?|arguments?|command)$/;

const kinds: Readonly<Record<string, ParamKind>> = {
  ticket: "ticket",
  id: "ticket",
  stack: "stack",
  target: "stack",
  branch: "branch",
  container: "container",
  service: "container",
  name: "container",
  device: "device",
};

/** Adds to a role's command what a form needs. */
export function toRoleCommand(role: Role, command: RoleCommandView): RoleCommand {
  const { name, source, usage } = command;
  return {
    ...command,
    params: parseUsage(usage),
    confirm: source === "project" || changing[role].includes(name),
  };
}

/** Reads the placeholders of a usage: `<ticket> [note…]`; options are left to who types. */
export function parseUsage(usage: string): RoleCommand["params"] {
  const words = usage.replaceAll(/\[--[^\]]*\]/g, "");
  return [
    ...words.matchAll(/(\[)?<([a-z][a-z0-9 _|-]*)(?:\.{3}|…)?>|\[([a-z][a-z0-9_|-]*)(?:\.{3}|…)?\]/gi),
  ].map(([, bracket, angled, squared]) => {
    const name = (angled ?? squared ?? "").toLowerCase();
    const word = name.split(/[^a-z]/).find((part) => Object.hasOwn(kinds, part));
    return {
      name,
      kind: word === undefined ? "text" : (kinds[word] ?? "text"),
      several: several.test(name),
      required: angled !== undefined && bracket === undefined,
    };
  });
}
