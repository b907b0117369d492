import { toErrorInfo } from "../../bus/kernel/errors.ts";
import type { GatewayServices } from "../services.ts";
import { sentenceOf } from "../text/sentences.ts";
import { findAction } from "./actions.ts";
import type { ActionCall, ActionContext, Button } from "./reply.ts";

const home: Button = { label: "Home", value: "welcome" };

/** Runs an action to its end; what goes wrong is said, never thrown. */
export async function runAction(services: GatewayServices, call: ActionCall): Promise<void> {
  const { conversation, log } = services;
  const { value, form, lang, actor, sink } = call;
  const { action, args, name } = findAction(value);
  let ended = false;
  const context: ActionContext = {
    services,
    args,
    form,
    lang,
    actor,
    say: (text) => sink({ event: "message", data: conversation.add("bot", text) }),
    show: (widget) => sink({ event: "widget", data: widget }),
    buttons(items) {
      ended = true;
      sink({ event: "widget", data: { type: "buttons", items } });
    },
  };
  conversation.step = name;
  if (name === "chat") sink({ event: "message", data: conversation.add("user", value) });
  sink({ event: "clear_widgets" });
  try {
    await action(context);
  } catch (error) {
    const info = toErrorInfo(error);
    if (info.code === "internal") log.error({ err: error, action: name }, "an action failed");
    context.say(
      info.code === "internal"
        ? "Something unexpected happened. See dockfra/logs/gateway.log."
        : sentenceOf(info, lang),
    );
  }
  if (!ended) context.buttons([home]);
}
