import type { VariableView } from "../../bus/messages/stack-service.ts";
import { runAndShow } from "./roles.ts";
import type { Action, ActionContext } from "./reply.ts";
import { saveForm, showFields } from "./settings.ts";

/** What Dockfra itself works with, beside the stacks' own secrets. */
const ownNames = ["GIT_NAME", "GIT_EMAIL", "GIT_REPO_URL", "GITHUB_SSH_KEY", "OPENROUTER_API_KEY"];
const modelTestMs = 60_000;

const setup: Action = async (context) => {
  const members = await readCredentials(context);
  context.say(context.t("wizard.credentials", { count: members.length }));
  showFields(context, members);
  offerSave(context, "save_creds");
};

const save: Action = async (context) => {
  await saveForm(context);
  return context.goTo("welcome");
};

/** What was launched, where it answers, and the credentials that it was launched with. */
const afterLaunch: Action = async (context) => {
  const { services, t, say } = context;
  const { services: running } = await services.bus.question("monitor.services", {});
  const up = running.filter(({ state, ports }) => state === "running" && ports.length > 0);
  say(t("wizard.after_launch", { count: up.length }));
  for (const { stack, service, ports } of up.slice(0, 20)) say(`**${stack}/${service}** ${ports.join(", ")}`);
  showFields(context, await readCredentials(context));
  offerSave(context, "run_post_creds");
};

/** Saves them, and launches again what uses them. */
const runAfterLaunch: Action = async (context) => {
  const { services, goTo, form } = context;
  const updated = await saveForm(context);
  const { variables } = await services.bus.question("monitor.stacks", {});
  const used = variables.filter(({ name }) => updated.includes(name)).flatMap(({ stacks }) => stacks);
  if (used.length === 0) return goTo("welcome");
  const environment = typeof form["environment"] === "string" ? form["environment"] : "";
  return goTo(`preflight_save_launch::${[...new Set(used)].join(",")}::${environment}`);
};

/** `test_llm_key::<KEY>`: has the manager put a short question to its model. */
const testModel: Action = async (context) => {
  const { services, args, actor, t, say } = context;
  const [name = ""] = args;
  const { variables } = await services.bus.question("monitor.stacks", {});
  const variable = variables.find((one) => one.name === name);
  if (variable && !variable.isSet) return say(t("wizard.key_unset", { name }));
  await runAndShow(context, {
    ...{ role: "manager", command: "ask", actor, timeoutMs: modelTestMs },
    args: ["Answer with the one word: ready"],
  });
};

async function readCredentials({ services: { bus } }: ActionContext): Promise<VariableView[]> {
  const { variables } = await bus.question("monitor.stacks", {});
  return variables.filter(({ name, secret }) => secret || ownNames.includes(name));
}

function offerSave({ t, buttons }: ActionContext, value: string): void {
  buttons([
    { label: t("wizard.button.save"), value },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

/** Credentials: of stacks, of git, of a model. */
export const credentialActions: Readonly<Record<string, Action>> = {
  setup_creds: setup,
  save_creds: save,
  post_launch_creds: afterLaunch,
  run_post_creds: runAfterLaunch,
  test_llm_key: testModel,
};
