import type { ErrorInfo } from "../../../../bus/messages/error-info.ts";
import type { RoleCommandView, RuntimeWarning } from "../../../../bus/messages/questions.ts";
import type { Role } from "../../../../bus/messages/principals.ts";
import type { TicketState, TicketView } from "../../../../bus/messages/ticket.ts";
import type { z } from "zod";

/** Names of the roles, in the order in which they are shown. */
export const roleNames = ["manager", "developer", "monitor", "autopilot"] as const satisfies readonly Role[];
export type RoleName = (typeof roleNames)[number];

/** A command with what its form needs. */
export interface RoleCommand extends RoleCommandView {
  readonly params: readonly {
    readonly name: string;
    readonly kind: string;
    readonly required: boolean;
    readonly several: boolean;
  }[];
  readonly confirm: boolean;
}

/** A role as the gateway tells of it. */
export interface RoleView {
  readonly role: RoleName;
  readonly state: "down" | "ready" | "busy";
  readonly instances: readonly {
    readonly instance: string;
    readonly pid: number;
    readonly seenAtMs: number;
  }[];
  /** Names of abilities, with a sentence each. */
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
  readonly commands: readonly RoleCommand[];
  readonly problem?: z.infer<typeof ErrorInfo>;
  readonly ssh?: { readonly port: number; readonly short: string; readonly plain: string };
}

export interface RolesView {
  readonly runtime: "process" | "docker";
  readonly runtimeWarning?: RuntimeWarning;
  readonly roles: readonly RoleView[];
}

/** How a run ended. */
export interface RunResult {
  readonly exitCode: number;
  readonly output: string;
  readonly cut: boolean;
  readonly tookMs: number;
}

const holders: Partial<Record<TicketState, RoleName>> = {
  open: "manager",
  reopened: "manager",
  assigned: "developer",
  implementing: "developer",
  rework: "developer",
  reviewing: "manager",
  deploying: "monitor",
  verifying: "monitor",
  restoring: "monitor",
  merging: "developer",
};

/** The tickets whose next step is a role's. */
export function ticketsWith(role: RoleName, tickets: Iterable<TicketView>): TicketView[] {
  return [...tickets].filter(({ state }) => holders[state] === role);
}

/** Writes what was typed into a form as one line that the gateway splits into just that. */
export function writeLine(params: RoleCommand["params"], values: readonly string[], options: string): string {
  const written = params.map(({ several }, index) => {
    const value = values[index]?.trim() ?? "";
    return several || value === "" ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
  return [...written, options.trim()].filter((part) => part !== "").join(" ");
}

/** The options of a usage beside `--json`, as they are typed. */
export function optionsOf(usage: string): string {
  return (usage.match(/\[--[^\]]*\]/g) ?? []).filter((option) => option !== "[--json]").join(" ");
}
