import { answerChat, explainLater } from "./chat.ts";
import { deviceActions } from "./devices.ts";
import { logActions } from "./logs.ts";
import { overviewActions } from "./overview.ts";
import type { Action } from "./reply.ts";
import { roleActions } from "./roles.ts";
import { settingsActions } from "./settings.ts";
import { ticketActions } from "./tickets.ts";

/** Actions of the predecessor that this gateway does not do yet; each says so. */
const laterActions = [
  ...["setup_creds", "save_creds", "test_llm_key"],
  ...[
    "launch_all",
    "launch_configure",
    "do_launch",
    "retry_launch",
    "preflight_save_launch",
    "rebuild_stack",
  ],
  ...["clone_and_launch_app", "post_launch_creds", "run_post_creds", "logs_stack", "restart_container"],
  ...["fix_container", "diag_port", "fix_network_overlap", "fix_acme_storage", "fix_readonly_volume"],
  ...["fix_docker_perms", "fix_vnc_port", "fix_compose"],
  ...["ticket_requirements", "ticket_requirements_save", "pipeline_skip_implement", "ticket_push_github"],
  ...["manager_suggest_features", "engine_select", "engine_autotest", "set_engine"],
  ...["integrations_setup", "integrations_save", "ai_analyze", "suggest_commands", "run_suggested_cmd"],
  ...["open_url", "open_github"],
] as const;

const actions: Readonly<Record<string, Action>> = {
  ...overviewActions,
  ...settingsActions,
  ...ticketActions,
  ...logActions,
  ...roleActions,
  ...deviceActions,
  ...Object.fromEntries(laterActions.map((name) => [name, explainLater(name)])),
};

/** Finds what a value asks for: an action of the closed list with its arguments, else a chat message. */
export function findAction(value: string): { name: string; action: Action; args: string[] } {
  const [name = "", ...args] = value.trim().split("::");
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return action ? { name, action, args } : { name: "chat", action: answerChat, args: [value.trim()] };
}
