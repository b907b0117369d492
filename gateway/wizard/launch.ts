import { ComposeEnvironment, type StackAction } from "../../bus/messages/stack-jobs.ts";
import type { StackView } from "../../bus/messages/stack-service.ts";
import { followJob } from "./follow.ts";
import { offer, sayFindings } from "./offers.ts";
import type { Action, ActionContext } from "./reply.ts";
import { saveForm, showFields } from "./settings.ts";

type Launch = Extract<StackAction, { do: "launch" }>;
const preflightMs = 60_000;

const launchAll: Action = (context) => launch(context, { do: "launch", stacks: [] });

/** Which stacks, and with which of their files. */
const configure: Action = async ({ services: { bus }, t, say, show, buttons }) => {
  const stacks = ownStacks((await bus.question("monitor.stacks", {})).stacks);
  say(t("wizard.launch_which", { count: stacks.length }));
  show({
    ...{ type: "select", name: "stacks", label: t("wizard.field.stacks"), value: "all", desc: "" },
    options: [
      { value: "all", label: t("wizard.all_stacks") },
      ...stacks.map(({ name }) => ({ value: name, label: name })),
    ],
    autodetect: false,
  });
  show({
    ...{ type: "select", name: "environment", label: t("wizard.field.environment"), value: "local" },
    options: ComposeEnvironment.options.map((value) => ({ value, label: value })),
    ...{ desc: t("wizard.environment_help"), autodetect: false },
  });
  buttons([
    { label: t("wizard.button.launch"), value: "do_launch" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const doLaunch: Action = (context) => launch(context, fromForm(context));

/** `preflight_save_launch::<stacks>[::<environment>]`: what was missing is in the form. */
const saveAndLaunch: Action = async (context) => {
  const [list = "", environment] = context.args;
  await saveForm(context);
  return launch(context, {
    ...{ do: "launch", stacks: namesIn(list) },
    ...environmentOf(environment ?? context.form["environment"]),
  });
};

/** The launch that was begun last, once more. */
const retry: Action = async (context) => {
  const last = (await context.services.jobs.list()).find(({ action }) => action.do === "launch");
  return launch(context, last?.action.do === "launch" ? last.action : { do: "launch", stacks: [] });
};

const rebuild: Action = (context) =>
  launch(context, { do: "launch", stacks: namesIn(context.args.join("::")), build: true });

const cloneApp: Action = async (context) =>
  followJob(context, await context.services.jobs.begin({ do: "clone-app" }, context.actor));

/** Looks for what stands in the way, and launches only where nothing does. */
async function launch(context: ActionContext, action: Launch): Promise<void> {
  const { services, t, say, buttons, actor } = context;
  const { stacks, environment } = action;
  const { findings } = await services.bus.question(
    "monitor.preflight",
    { stacks, ...(environment === undefined ? {} : { environment }) },
    { timeoutMs: preflightMs },
  );
  const accepted = new Set(action.approve);
  const dangers = findings.filter(({ hash }) => hash !== undefined && !accepted.has(hash));
  const errors = findings.filter(({ severity, hash }) => severity === "error" && hash === undefined);
  if (errors.length === 0 && dangers.length === 0)
    return followJob(context, await services.jobs.begin(action, actor));
  say(t("wizard.launch_blocked", { count: errors.length + dangers.length }));
  const fixes = sayFindings(context, [...errors, ...dangers]);
  const { variables } = await services.bus.question("monitor.stacks", {});
  const missing = variables.filter(
    ({ missing: lacks, requiredFor }) =>
      lacks && (stacks.length === 0 || stacks.some((stack) => requiredFor.includes(stack))),
  );
  showFields(context, missing);
  const approve = [...accepted, ...dangers.flatMap(({ hash }) => hash ?? [])];
  const again = ["preflight_save_launch", stacks.join(","), environment ?? ""].join("::");
  buttons([
    ...fixes,
    ...(errors.length === 0 ? [offer(context, t("wizard.button.accept"), { ...action, approve })] : []),
    { label: t(missing.length > 0 ? "wizard.button.save_launch" : "wizard.button.again"), value: again },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

function fromForm({ form }: ActionContext): Launch {
  const given = form["stacks"] ?? form["stack"] ?? "";
  const names = Array.isArray(given)
    ? given.filter((name): name is string => typeof name === "string")
    : namesIn(typeof given === "string" ? given : "");
  return { do: "launch", stacks: names.slice(0, 100), ...environmentOf(form["environment"]) };
}

function namesIn(list: string): string[] {
  return list
    .split(",")
    .map((name) => name.trim().slice(0, 200))
    .filter((name) => name !== "" && name !== "all");
}

function environmentOf(given: unknown): { environment?: ComposeEnvironment } {
  const environment = ComposeEnvironment.safeParse(given).data;
  return environment === undefined ? {} : { environment };
}

function ownStacks(stacks: readonly StackView[]): StackView[] {
  return stacks.filter(({ source }) => source !== "engine");
}

/** Stacks are started. */
export const launchActions: Readonly<Record<string, Action>> = {
  launch_all: launchAll,
  launch_configure: configure,
  do_launch: doLaunch,
  retry_launch: retry,
  preflight_save_launch: saveAndLaunch,
  rebuild_stack: rebuild,
  clone_and_launch_app: cloneApp,
};
