import { DockfraError, toErrorInfo, type ErrorInfo } from "../../bus/kernel/errors.ts";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import { roles, type Role } from "../../bus/messages/principals.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import { abilitiesOf, type Ability } from "./abilities.ts";
import { toRoleCommand, withoutTerminal, type RoleCommand } from "./commands.ts";
import { sshDoorOf, type SshDoor } from "./ssh-line.ts";

/** A role as people see it. */
export interface RoleView {
  readonly role: Role;
  /** `down`: nobody of this role was heard of lately. */
  readonly state: "down" | "ready" | "busy";
  readonly instances: readonly {
    readonly instance: string;
    readonly pid: number;
    readonly seenAtMs: number;
    /** Tickets whose commands it has in work. */
    readonly tickets: readonly string[];
  }[];
  readonly may: readonly Ability[];
  readonly mayNot: readonly Ability[];
  readonly commands: readonly RoleCommand[];
  /** Why its commands could not be read. */
  readonly problem?: ErrorInfo;
  readonly ssh?: SshDoor;
}

/** The roles, with how they run. */
export interface RolesView extends Pick<ProjectFacts, "runtime" | "runtimeWarning"> {
  readonly roles: readonly RoleView[];
}

type Asking = Pick<ClientBus, "ask" | "question">;

/** A role that does not answer has its list again after this. */
const listTimeoutMs = 3_000;

/** Reads the four roles; one that does not answer hides none of the others. */
export async function readRoles(bus: Asking): Promise<RolesView> {
  const [facts, { parts }, lists] = await Promise.all([
    bus.question("host.project", {}),
    bus.ask("status.show", {}),
    Promise.all(roles.map((role) => readCommands(bus, role))),
  ]);
  return {
    runtime: facts.runtime,
    ...(facts.runtimeWarning === undefined ? {} : { runtimeWarning: facts.runtimeWarning }),
    roles: roles.map((role, index) => {
      const instances = parts.filter(({ part }) => part === role);
      const ssh = sshDoorOf(role, facts);
      return {
        role,
        state: stateOf(instances),
        instances: instances.map(({ instance, pid, seenAtMs, running }) => ({
          ...{ instance, pid, seenAtMs },
          tickets: [...new Set(running.flatMap((id) => /T-\d{4,9}/.exec(id)?.[0] ?? []))],
        })),
        ...abilitiesOf(role),
        ...(lists[index] ?? { commands: [] }),
        ...(ssh === undefined ? {} : { ssh }),
      };
    }),
  };
}

/** Reads what a role's shell offers; a role that does not answer offers nothing, with the reason. */
export async function readCommands(
  bus: Asking,
  role: Role,
): Promise<{ commands: RoleCommand[]; problem?: ErrorInfo }> {
  try {
    const { commands } = await bus.question(`${role}.commands`, {}, { timeoutMs: listTimeoutMs });
    return { commands: withoutTerminal(commands).map((command) => toRoleCommand(role, command)) };
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    return { commands: [], problem: toErrorInfo(error) };
  }
}

function stateOf(instances: readonly { readonly running: readonly string[] }[]): RoleView["state"] {
  if (instances.length === 0) return "down";
  return instances.some(({ running }) => running.length > 0) ? "busy" : "ready";
}
