import { toErrorInfo } from "../../bus/kernel/errors.ts";
import { render } from "../../locales/render.ts";
import type { GatewayServices } from "../services.ts";
import { sentenceOf } from "../text/sentences.ts";
import { findAction } from "./actions.ts";
import type { ActionCall, ActionContext } from "./reply.ts";

/** Runs an action to its end; what goes wrong is said, never thrown. */
export async function runAction(services: GatewayServices, call: ActionCall): Promise<void> {
  const { conversation, log } = services;
  const { value, form, lang, actor, sink } = call;
  const found = findAction(value);
  let ended = false;
  const context: ActionContext = {
    services,
    args: found.args,
    form,
    actor,
    lang,
    t: (code, params) => render(lang, code, params) ?? code,
    say: (text) => sink({ event: "message", data: conversation.add("bot", text) }),
    show: (widget) => sink({ event: "widget", data: widget }),
    buttons(items) {
      ended = true;
      sink({ event: "widget", data: { type: "buttons", items } });
    },
    async goTo(next) {
      const { action, args } = findAction(next);
      await action({ ...context, args });
    },
  };
  conversation.step = found.name;
  if (found.name === "chat") sink({ event: "message", data: conversation.add("user", value) });
  sink({ event: "clear_widgets" });
  try {
    await found.action(context);
  } catch (error) {
    const info = toErrorInfo(error);
    if (info.code === "internal") log.error({ err: error, action: found.name }, "an action failed");
    context.say(info.code === "internal" ? context.t("wizard.surprise") : sentenceOf(info, lang));
  }
  if (!ended) context.buttons([{ label: context.t("wizard.button.home"), value: "welcome" }]);
}
