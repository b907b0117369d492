import { roles } from "../../bus/messages/principals.ts";
import { readContainerHealth, readStats } from "../project/overview.ts";
import { readContainers } from "../stacks/containers.ts";
import type { Action, Button } from "./reply.ts";

const icons = { error: "🔴", warning: "🟡", info: "ℹ️" } as const;

/** The first thing a person sees: what was found, and what to do about it. */
const welcome: Action = async ({ services: { bus }, t, say, buttons }) => {
  const { stacks, variables, findings } = await bus.question("monitor.stacks", {});
  const missing = variables.filter((variable) => variable.missing).length;
  say(t("wizard.welcome", { stacks: stacks.length, missing }));
  for (const { severity, message } of findings.slice(0, 10)) say(`${icons[severity]} ${message}`);
  const lacking = stacks.filter((stack) => stack.missing.length > 0).slice(0, 5);
  buttons([
    ...lacking.map(({ name }) => ({
      label: t("wizard.button.missing", { stack: name }),
      value: `show_missing_env::${name}`,
    })),
    ...menuButtons(t),
  ]);
};

const menu: Action = ({ t, buttons }) => buttons(menuButtons(t));

function menuButtons(t: (code: string) => string): Button[] {
  return [
    { label: t("wizard.button.launch"), value: "launch_configure" },
    { label: t("wizard.button.new_ticket"), value: "ticket_create_wizard" },
    { label: t("wizard.button.tickets"), value: "tickets_review" },
    { label: t("wizard.button.status"), value: "status" },
    { label: t("wizard.button.settings"), value: "settings" },
    { label: t("wizard.button.logs"), value: "pick_logs" },
    { label: t("wizard.button.roles"), value: `ssh_console::${roles[0]}` },
  ];
}

/** Parts, deploy lanes and containers in rows. */
const status: Action = async ({ services: { bus }, t, say, show, buttons }) => {
  const [{ parts, sync }, { lanes }, containers, health] = await Promise.all([
    bus.ask("status.show", {}),
    bus.ask("deploy.list", {}),
    readContainers(bus),
    readContainerHealth(bus),
  ]);
  say(t("wizard.status", { parts: parts.length, running: health.running, failing: health.failing, sync }));
  show({
    type: "status_row",
    items: [
      ...parts.map(({ part, running }) => ({
        name: part,
        status: "running",
        detail: String(running.length),
      })),
      ...lanes.map(({ stack, state, current }) => ({
        name: stack,
        status: state,
        detail: current?.url ?? "",
      })),
      ...containers.map((container) => ({ name: container.name, status: container.status })),
    ],
  });
  for (const { container, finding } of health.findings) say(`🔴 ${container}: ${finding}`);
  buttons([
    ...health.findings.slice(0, 5).flatMap(({ solutions }) => solutions),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const projectStats: Action = async ({ services: { bus }, t, say, buttons }) => {
  const { tickets, git, suggestions } = await readStats(bus);
  const states = Object.entries(tickets.by_status).map(([name, count]) => `${name} ${count}`);
  say(t("wizard.stats", { total: tickets.total, states: states.join(", ") }));
  if (git.branch !== "") say(t("wizard.stats_git", { branch: git.branch, commits: git.commits_today }));
  buttons([
    ...suggestions.map(({ icon, text, action }) => ({
      label: `${icon} ${text}`.slice(0, 120),
      value: action,
    })),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

/** Where things stand. */
export const overviewActions: Readonly<Record<string, Action>> = {
  welcome,
  back: welcome,
  menu,
  status,
  project_stats: projectStats,
};
