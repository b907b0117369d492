import { capabilities } from "../../bus/capabilities.ts";
import type { Role } from "../../bus/messages/principals.ts";

/** What a role can be able to do, in words that people use; `ability.<name>` is its sentence. */
export const abilities = [
  "manage_tickets",
  "configure_models",
  "ssh_to_roles",
  "review",
  "decide",
  "edit_code",
  "merge",
  "deploy",
  "verify",
  "docker_engine",
] as const;
export type Ability = (typeof abilities)[number];

/** Roles with a key to the others, and the one with the engine's socket: what no grant of the bus says. */
const sshTo: readonly Role[] = ["manager", "autopilot"];
const engine: Role = "monitor";

const holds: Readonly<Record<Ability, (role: Role) => boolean>> = {
  manage_tickets: (role) => capabilities[role].intents.includes("ticket.create"),
  configure_models: (role) => capabilities[role].intents.includes("settings.set"),
  ssh_to_roles: (role) => sshTo.includes(role),
  review: (role) => capabilities[role].commands.includes("manager.review"),
  decide: (role) => capabilities[role].commands.includes("autopilot.decide"),
  edit_code: (role) => capabilities[role].commands.includes("developer.implement"),
  merge: (role) => capabilities[role].commands.includes("developer.merge"),
  deploy: (role) => capabilities[role].commands.includes("monitor.deploy"),
  verify: (role) => capabilities[role].commands.includes("monitor.verify"),
  docker_engine: (role) => role === engine,
};

/** What a role may do and what it may not, by the one capability table. */
export function abilitiesOf(role: Role): { readonly may: Ability[]; readonly mayNot: Ability[] } {
  return {
    may: abilities.filter((ability) => holds[ability](role)),
    mayNot: abilities.filter((ability) => !holds[ability](role)),
  };
}
