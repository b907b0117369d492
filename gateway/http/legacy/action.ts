import type { FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { invalidInput, unavailable } from "../../../bus/kernel/errors.ts";
import type { GatewayServices } from "../../services.ts";
import type { ReplyItem } from "../../wizard/reply.ts";
import { runAction } from "../../wizard/run.ts";
import { actorOf } from "../asker.ts";
import { parseWith } from "../body.ts";

const longestMs = 30_000;
const Value = z.string().max(100_000);
const Body = z.object({
  action: Value.optional(),
  message: Value.optional(),
  value: Value.optional(),
  form: z.record(z.string().max(200), z.unknown()).nullish(),
});

/** Runs an action of the wizard to its end and answers with what a socket would have been sent. */
export function addActionRoute(app: FastifyInstance, services: GatewayServices): void {
  app.post("/action", async (request) => {
    const { action, message, value, form } = parseWith(Body, request.body ?? {});
    const wanted = (action ?? message ?? value ?? "").trim();
    if (wanted === "")
      throw invalidInput("action_missing", 'The action is empty. Send {"action": "welcome"}.');
    const items: ReplyItem[] = [];
    const running = runAction(services, {
      value: wanted,
      form: form ?? {},
      lang: "en",
      actor: actorOf(request),
      sink: (item) => items.push(item),
    });
    const done = new AbortController();
    const late = sleep(longestMs, "late", { signal: done.signal }).catch(() => "done");
    if ((await Promise.race([running.then(() => "done"), late])) === "late")
      throw unavailable(
        "action_timeout",
        `The action did not end within ${longestMs / 1_000} s. Look at the page for how it goes on.`,
        {
          params: { seconds: longestMs / 1_000 },
        },
      );
    done.abort();
    return { ok: true, result: items.flatMap(toResult) };
  });
}

function toResult(item: ReplyItem): Record<string, unknown>[] {
  if (item.event === "message") return [{ type: "message", role: item.data.role, text: item.data.text }];
  return item.event === "widget" ? [{ ...item.data }] : [];
}
