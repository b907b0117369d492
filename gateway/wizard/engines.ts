import { notFound } from "../../bus/kernel/errors.ts";
import { preferredEngineKey } from "../../bus/messages/settings.ts";
import { testEngines } from "../roles/engine-test.ts";
import type { Action } from "./reply.ts";

/** The engines that write code: which can be used, which is taken first. */
const select: Action = async ({ services: { bus }, t, say, show, buttons }) => {
  const [tested, { value: preferred }] = await Promise.all([
    testEngines(bus),
    bus.ask("settings.get", { key: preferredEngineKey }),
  ]);
  const engines = tested?.engines ?? [];
  say(engines.length === 0 ? t("wizard.engines_silent") : t("wizard.engines"));
  if (preferred !== undefined && preferred !== "") say(t("wizard.engine_first", { engine: preferred }));
  show({
    type: "status_row",
    items: engines.map(({ name, ok, message }) => ({ name, status: ok ? "ok" : "off", detail: message })),
  });
  buttons([
    ...engines
      .filter(({ ok }) => ok)
      .map(({ id, name }) => ({
        label: t("wizard.button.engine", { engine: name }),
        value: `set_engine::${id}`,
      })),
    { label: t("wizard.button.test_engines"), value: "engine_autotest" },
    { label: t("wizard.button.home"), value: "welcome" },
  ]);
};

const choose: Action = async ({ services: { bus }, args, t, say, goTo, actor }) => {
  const [id = ""] = args;
  const engines = (await testEngines(bus))?.engines ?? [];
  const engine = engines.find((one) => one.id === id);
  if (engine === undefined)
    throw notFound("engine_unknown", `The developer has no engine "${id.slice(0, 60)}". Look at its list.`, {
      params: { engine: id.slice(0, 60) },
    });
  await bus.ask("settings.set", { key: preferredEngineKey, value: engine.id }, { actor });
  say(t("wizard.engine_set", { engine: engine.name }));
  return goTo("engine_select");
};

/** What writes code. */
export const engineActions: Readonly<Record<string, Action>> = {
  engine_select: select,
  engine_autotest: select,
  set_engine: choose,
};
