import { DockfraError, invalidInput, notFound } from "../../bus/kernel/errors.ts";
import { Role, roles } from "../../bus/messages/principals.ts";
import { abilitiesOf } from "../roles/abilities.ts";
import { splitArguments } from "../roles/argv.ts";
import { toRoleCommand, withoutTerminal, type RoleCommand } from "../roles/commands.ts";
import type { RoleRun } from "../roles/runner.ts";
import { sshDoorOf } from "../roles/ssh-line.ts";
import { sentenceOf } from "../text/sentences.ts";
import type { Action, ActionContext } from "./reply.ts";

/** The longest that a command of the chat may take. */
const runTimeoutMs = 120_000;

/** `ssh_info::<role>::<port>`: how to log in, and what the role may do. */
const sshInfo: Action = async (context) => {
  const { services, t, say, show, buttons } = context;
  const role = parseRole(context);
  const door = sshDoorOf(role, await services.bus.question("host.project", {}));
  const words = (list: readonly string[]): string =>
    list.map((ability) => `- ${t(`ability.${ability}`)}`).join("\n");
  const { may, mayNot } = abilitiesOf(role);
  say(`${t("wizard.role_may", { role })}\n\n${words(may)}`);
  say(`${t("wizard.role_may_not", { role })}\n\n${words(mayNot)}`);
  if (door === undefined) say(t("wizard.role_no_door", { role }));
  else {
    say(t("wizard.role_door", { role, port: door.port }));
    show({ type: "code", text: door.short });
    show({ type: "code", text: door.plain });
  }
  buttons([
    { label: t("wizard.button.commands_of", { role }), value: `ssh_console::${role}` },
    ...others(context, role, "ssh_info"),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

/** `ssh_console::<role>`: its commands as a grid. */
const sshConsole: Action = async (context) => {
  const { t, say, show, buttons } = context;
  const role = parseRole(context);
  const commands = await commandsOf(context, role);
  if (commands.length === 0) say(t("wizard.role_no_commands", { role }));
  for (const source of ["built_in", "project"] as const) {
    const some = commands.filter((command) => command.source === source);
    if (some.length > 0)
      show({
        ...{ type: "action_grid", label: t(`wizard.commands_${source}`, { role }) },
        ...{ run_value: `run_ssh_cmd::${role}`, commands: some.map(toGridEntry) },
      });
  }
  buttons([
    { label: t("wizard.button.ssh_info", { role }), value: `ssh_info::${role}` },
    ...others(context, role, "ssh_console"),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

/** `run_ssh_cmd::<role>::<cmd>` with what the form has for it, or `::<arg>` behind it. */
const runCommand: Action = async (context) => {
  const { services, args, form, actor, t, say, buttons } = context;
  const role = parseRole(context);
  const [, name = "", ...rest] = args;
  const command = (await commandsOf(context, role)).find((one) => one.name === name);
  if (command === undefined) throw unknownCommand(role, name);
  const line = rest.length > 0 ? rest.join("::") : lineOf(form);
  const run = { role, command: name, args: splitArguments(line), actor, timeoutMs: runTimeoutMs };
  if (run.args.length === 0 && command.params.some(({ required }) => required))
    return askArguments(context, role, command);
  if (!command.confirm) return runAndShow(context, run);
  say(t("wizard.run_confirm", { role, command: name }));
  context.show({ type: "code", text: shownLine(run) });
  buttons([
    { label: t("wizard.button.run"), value: `confirm_run::${services.pendingRuns.keep(run)}` },
    { label: t("wizard.button.commands_of", { role }), value: `ssh_console::${role}` },
  ]);
};

/** `confirm_run::<id>`: what was shown before, once. */
const confirmRun: Action = (context) => {
  const { services, args, actor } = context;
  const run = services.pendingRuns.take(args[0] ?? "", actor.id);
  if (run) return runAndShow(context, run);
  throw notFound("run_forgotten", "This was run already, or more than ten minutes ago. Choose it anew.");
};

/** Runs a command, with progress, and shows what it wrote and how it ended. */
export async function runAndShow(
  { services, lang, t, say, show: widget, buttons }: ActionContext,
  run: RoleRun,
): Promise<void> {
  const { role, command, args } = run;
  const label = `${role}: ${shownLine(run)}`;
  const progress = (done: boolean, error: boolean): void => widget({ type: "progress", label, done, error });
  progress(false, false);
  try {
    const { exitCode, output, cut, tookMs } = await services.runner.run(run);
    progress(true, exitCode !== 0);
    if (cut) say(t("wizard.run_cut"));
    if (output.trim() !== "") widget({ type: "code", text: output.trimEnd() });
    if (exitCode === 0) say(t("wizard.run_done", { command, tookMs }));
    else say(t("wizard.run_failed", { command, exitCode, tookMs }));
  } catch (error) {
    progress(true, true);
    if (!(error instanceof DockfraError)) throw error;
    say(sentenceOf(error.toJSON(), lang));
  }
  buttons([
    { label: t("wizard.button.again"), value: againValue(role, command, args) },
    { label: t("wizard.button.commands_of", { role }), value: `ssh_console::${role}` },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

function againValue(role: Role, command: string, args: readonly string[]): string {
  const line = args.map((arg) => `"${arg.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(" ");
  return line === "" ? `run_ssh_cmd::${role}::${command}` : `ssh_cmd::${role}::${command}::${line}`;
}

function askArguments(
  { t, say, show: widget, buttons }: ActionContext,
  role: Role,
  command: RoleCommand,
): void {
  say(`**${command.name}** ${command.summary}`);
  widget({
    ...{ type: "input", name: "arg", label: t("wizard.field.arguments"), placeholder: command.usage },
    ...{ value: "", secret: false, hint: "", chips: [], desc: command.usage, autodetect: false },
  });
  buttons([
    { label: t("wizard.button.run"), value: `run_ssh_cmd::${role}::${command.name}` },
    { label: t("wizard.button.commands_of", { role }), value: `ssh_console::${role}` },
  ]);
}

async function commandsOf({ services: { bus } }: ActionContext, role: Role): Promise<RoleCommand[]> {
  const { commands } = await bus.question(`${role}.commands`, {});
  return withoutTerminal(commands).map((command) => toRoleCommand(role, command));
}

function toGridEntry({ name, summary, usage, params }: RoleCommand) {
  return { cmd: name, desc: summary, params: params.map((param) => param.name), placeholder: usage };
}

function others({ t }: ActionContext, role: Role, action: string) {
  return roles
    .filter((other) => other !== role)
    .map((other) => ({ label: t(`role.${other}`), value: `${action}::${other}` }));
}

function lineOf(form: Readonly<Record<string, unknown>>): string {
  const value = form["arg"] ?? form["args"] ?? form["ssh_arg"] ?? "";
  return typeof value === "string" ? value.slice(0, 65_536) : "";
}

function shownLine({ command, args }: RoleRun): string {
  return [command, ...args].join(" ").slice(0, 200);
}

function parseRole({ args: [name = ""] }: ActionContext): Role {
  const role = Role.safeParse(name).data;
  if (role) return role;
  throw invalidInput(
    "role_unknown",
    `"${name.slice(0, 60)}" is no role. The roles are ${roles.join(", ")}.`,
    {
      params: { role: name.slice(0, 60), roles: roles.join(", ") },
    },
  );
}

function unknownCommand(role: Role, name: string) {
  const command = name.slice(0, 64);
  return notFound("role_command_unknown", `The ${role} has no command "${command}". Look at its list.`, {
    params: { role, command },
  });
}

/** The roles, their doors and their commands. */
export const roleActions: Readonly<Record<string, Action>> = {
  ssh_info: sshInfo,
  ssh_console: sshConsole,
  run_ssh_cmd: runCommand,
  ssh_cmd: runCommand,
  confirm_run: confirmRun,
};
