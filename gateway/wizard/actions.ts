import { causeActions } from "./causes.ts";
import { answerChat, explainLater } from "./chat.ts";
import { credentialActions } from "./credentials.ts";
import { deviceActions } from "./devices.ts";
import { engineActions } from "./engines.ts";
import { followActions } from "./follow.ts";
import { launchActions } from "./launch.ts";
import { linkActions } from "./links.ts";
import { logActions } from "./logs.ts";
import { offerActions } from "./offered.ts";
import { overviewActions } from "./overview.ts";
import type { Action } from "./reply.ts";
import { roleActions } from "./roles.ts";
import { settingsActions } from "./settings.ts";
import { ticketActions } from "./tickets.ts";

/** Actions of the predecessor that this gateway does not do yet; each says so. */
const laterActions = [
  ...["ticket_requirements", "ticket_requirements_save", "pipeline_skip_implement", "ticket_push_github"],
  ...["manager_suggest_features", "integrations_setup", "integrations_save"],
] as const;

const actions: Readonly<Record<string, Action>> = {
  ...overviewActions,
  ...settingsActions,
  ...ticketActions,
  ...logActions,
  ...roleActions,
  ...deviceActions,
  ...launchActions,
  ...followActions,
  ...causeActions,
  ...offerActions,
  ...credentialActions,
  ...engineActions,
  ...linkActions,
  ...Object.fromEntries(laterActions.map((name) => [name, explainLater(name)])),
};

/** Finds what a value asks for: an action of the closed list with its arguments, else a chat message. */
export function findAction(value: string): { name: string; action: Action; args: string[] } {
  const [name = "", ...args] = value.trim().split("::");
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return action ? { name, action, args } : { name: "chat", action: answerChat, args: [value.trim()] };
}
