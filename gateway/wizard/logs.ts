import { readContainers } from "../stacks/containers.ts";
import { readLogPage } from "../stacks/log-pages.ts";
import type { Action } from "./reply.ts";

const lines = 100;

const pickLogs: Action = async ({ services: { bus }, t, say, buttons }) => {
  const [containers, { lanes }] = await Promise.all([readContainers(bus), bus.ask("deploy.list", {})]);
  const names = [...new Set([...lanes.map(({ stack }) => stack), ...containers.map(({ name }) => name)])];
  say(names.length === 0 ? t("wizard.no_logs") : t("wizard.pick_logs"));
  buttons([
    ...names.slice(0, 40).map((name) => ({ label: name, value: `logs::${name}` })),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const showLog: Action = async ({ services: { bus }, args, t, show, buttons }) => {
  const name = args.join("::");
  const { lines: text } = await bus.question("monitor.logs", { name: name.slice(0, 200), lines });
  show({ type: "code", text: text.join("\n") });
  buttons([
    { label: t("wizard.button.again"), value: `logs::${name}` },
    { label: t("wizard.button.logs"), value: "pick_logs" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

/** `logs_stack::<stack>`: the last lines of all its services. */
const showStackLog: Action = async ({ services, args, t, say, show, buttons }) => {
  const stack = args.join("::").slice(0, 200);
  const page = await readLogPage(services, { stack, lines });
  if (page.lines.length === 0) say(t("wizard.no_lines", { stack }));
  else show({ type: "code", text: page.lines.map(({ service, text }) => `${service} | ${text}`).join("\n") });
  buttons([
    { label: t("wizard.button.again"), value: `logs_stack::${stack}` },
    { label: t("wizard.button.diagnose"), value: `fix_compose::${stack}` },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

/** The last lines of what runs. */
export const logActions: Readonly<Record<string, Action>> = {
  pick_logs: pickLogs,
  logs: showLog,
  logs_stack: showStackLog,
};
