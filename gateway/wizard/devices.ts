import { splitArguments } from "../roles/argv.ts";
import type { Action, ActionContext } from "./reply.ts";
import { runAndShow } from "./roles.ts";

const runTimeoutMs = 120_000;

/** How the devices of the blueprint are started: that is the supervisor's, which no page reaches. */
const launchDevices: Action = ({ t, say, show, buttons }) => {
  say(t("wizard.devices_launch"));
  show({ type: "code", text: "dockfra devices up" });
  buttons([
    { label: t("wizard.button.device_deploy"), value: "deploy_device" },
    { label: t("wizard.button.device_test"), value: "test_device" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const deployDevice: Action = (context) => askDevice(context, "do_deploy", context.t("wizard.device_deploy"));

/** The form names the device; the monitor's own `deploy` does it and refuses one that it does not know. */
const doDeploy: Action = (context) => runOn(context, "deploy", deployDevice);

const testDevice: Action = (context) =>
  nameOf(context) === ""
    ? askDevice(context, "test_device", context.t("wizard.device_test"))
    : runOn(context, "service-status", deployDevice);

async function runOn(context: ActionContext, command: string, ask: Action): Promise<void> {
  const name = nameOf(context);
  if (name === "") return ask(context);
  const args = splitArguments(name).slice(0, 1);
  await runAndShow(context, {
    role: "monitor",
    command,
    args,
    actor: context.actor,
    timeoutMs: runTimeoutMs,
  });
}

async function askDevice(
  { services: { bus }, t, say, show, buttons }: ActionContext,
  action: string,
  question: string,
): Promise<void> {
  const { options } = await bus.question("monitor.detect", { key: "device_ip" });
  say(question);
  say(t("wizard.device_add"));
  show({
    ...{ type: "input", name: "device", label: t("wizard.field.device"), placeholder: "rpi3", value: "" },
    ...{ secret: false, hint: "", chips: [], desc: seenOf(options, t), autodetect: false },
  });
  buttons([
    { label: t("wizard.button.run"), value: action },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
}

function seenOf(options: readonly { readonly label: string }[], t: ActionContext["t"]): string {
  if (options.length === 0) return "";
  const seen = options
    .slice(0, 8)
    .map(({ label }) => label)
    .join(", ");
  return t("wizard.devices_seen", { seen });
}

function nameOf({ args: [first = ""], form }: ActionContext): string {
  const typed = first === "" ? (form["device"] ?? form["target"] ?? form["device_name"] ?? "") : first;
  return typeof typed === "string" ? typed.trim().slice(0, 200) : "";
}

/** Devices that artifacts are put on. */
export const deviceActions: Readonly<Record<string, Action>> = {
  launch_devices: launchDevices,
  deploy_device: deployDevice,
  test_device: testDevice,
  do_deploy: doDeploy,
};
