import type { VariableView } from "../../bus/messages/stack-service.ts";
import { groupOf, mask } from "../project/variables.ts";
import type { Action, ActionContext } from "./reply.ts";

const maxLabel = 80;

/** The groups of variables. */
const settings: Action = async ({ services: { bus }, t, say, buttons }) => {
  const { variables } = await bus.question("monitor.stacks", {});
  const groups = [...new Set(variables.map(groupOf))];
  say(t("wizard.settings", { count: variables.length }));
  buttons([
    ...groups.map((group) => ({ label: group.slice(0, maxLabel), value: `settings_group::${group}` })),
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const settingsGroup: Action = async (context) => {
  const group = context.args.join("::");
  const { variables } = await context.services.bus.question("monitor.stacks", {});
  const members = variables.filter((variable) => groupOf(variable) === group);
  if (members.length === 0) return settings(context);
  context.say(context.t("wizard.settings_group", { group }));
  showFields(context, members);
  offerSave(context, `save_settings::${group}`);
};

const showMissing: Action = async (context) => {
  const stack = context.args.join("::");
  const { variables } = await context.services.bus.question("monitor.stacks", {});
  const members = variables.filter(
    ({ missing, requiredFor }) => missing && (stack === "" || requiredFor.includes(stack)),
  );
  if (members.length === 0) return context.say(context.t("wizard.nothing_missing"));
  context.say(context.t("wizard.missing", { count: members.length }));
  showFields(context, members);
  offerSave(context, "save_env_vars");
};

/** Writes what the form holds, and says so; a secret that was not touched stays. Gives the names that were written. */
export async function saveForm({
  services: { bus },
  form,
  t,
  say,
}: ActionContext): Promise<readonly string[]> {
  const given = Object.entries(form).flatMap(([name, value]): [string, string][] =>
    (typeof value === "string" || typeof value === "number" || typeof value === "boolean") && value !== mask
      ? [[name, String(value)]]
      : [],
  );
  const { updated } = await bus.question("monitor.env-set", { values: Object.fromEntries(given) });
  say(updated.length === 0 ? t("wizard.saved_nothing") : t("wizard.saved", { names: updated.join(", ") }));
  return updated;
}

const save: Action = async (context) => {
  await saveForm(context);
  const [group] = context.args;
  await context.goTo(group === undefined ? "settings" : `settings_group::${group}`);
};

/** `save_env_var::KEY`: the form has the value under the key's name or as `value`. */
const saveOne: Action = (context) => {
  const [name = ""] = context.args;
  const value = context.form[name] ?? context.form["value"];
  return save({ ...context, args: [], form: value === undefined ? {} : { [name]: value } });
};

/** Shows variables as fields of a form. */
export function showFields({ show }: ActionContext, variables: readonly VariableView[]): void {
  for (const {
    name,
    label = name,
    desc = "",
    type,
    options,
    secret,
    isSet,
    value,
    placeholder,
  } of variables) {
    const shown = secret ? (isSet ? mask : "") : (value ?? "");
    if (type === "select" && options !== undefined)
      show({ type: "select", name, label, options, value: shown, desc, autodetect: false });
    else
      show({
        ...{ type: "input", name, label, placeholder: placeholder ?? "", value: shown, secret },
        ...{ hint: "", chips: options ?? [], desc, autodetect: true },
      });
  }
}

function offerSave({ t, buttons }: ActionContext, value: string): void {
  buttons([
    { label: t("wizard.button.save"), value },
    { label: t("wizard.button.settings"), value: "settings" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

/** Variables as forms. */
export const settingsActions: Readonly<Record<string, Action>> = {
  settings,
  settings_nav: settings,
  settings_group: settingsGroup,
  save_settings: save,
  save_env_vars: save,
  save_env_var: saveOne,
  show_missing_env: showMissing,
};
