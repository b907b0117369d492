import { z } from "zod";
import type { Language } from "../../locales/render.ts";
import { languageOf } from "../text/sentences.ts";
import { createAttempts } from "../auth/attempts.ts";
import type { GatewayServices } from "../services.ts";
import { runAction } from "../wizard/run.ts";
import type { GatewaySocket } from "./gateway-socket.ts";

const Action = z.object({
  value: z.string().max(100_000),
  form: z.record(z.string().max(200), z.unknown()).optional(),
});
const SetLang = z.object({ lang: z.string().max(20) });
const Subscribe = z.object({ since: z.int().min(0) });

/** How often a socket that only listens is looked at again. */
const checkMs = 15_000;

/** Serves one socket until it closes: every event is parsed, counted, and its sender checked again. */
export function serveSocket(socket: GatewaySocket, services: GatewayServices): void {
  const { feed, log, signal, startedAtMs } = services;
  const gone = new AbortController();
  const ended = AbortSignal.any([gone.signal, signal]);
  const rate = createAttempts({ max: 240, windowMs: 60_000 });
  let lang: Language = "en";
  let actions: Promise<void> = Promise.resolve();
  let following: AbortController | undefined;
  const check = setInterval(() => void endUnlessValid(socket), checkMs);
  socket.on("disconnect", () => {
    clearInterval(check);
    gone.abort();
  });
  socket.emit("gateway", { up: true, startedAtMs });

  /** Runs a handler for a payload that fits; anything else ends this socket. */
  function on<T>(schema: z.ZodType<T>, handle: (payload: T, answer: unknown) => Promise<void> | void) {
    return (raw: unknown, answer?: unknown): void => {
      const parsed = schema.safeParse(raw);
      if (!parsed.success || !rate.take("events")) {
        socket.disconnect(true);
        return;
      }
      void (async () => {
        if (!(await socket.data.visitor.isValid())) return void socket.disconnect(true);
        await handle(parsed.data, answer);
      })().catch((error: unknown) => log.error({ err: error }, "an event of a socket failed"));
    };
  }

  socket.on(
    "action",
    on(Action, ({ value, form = {} }) => {
      // one after the other: answers do not mix, and who leaves or is cut off leaves no work behind
      const run = async (): Promise<void> => {
        if (ended.aborted) return;
        await runAction(services, {
          value,
          form,
          lang,
          actor: socket.data.visitor.actor,
          sink: (item) => sendItem(socket, item),
        });
      };
      return (actions = actions.then(run, run));
    }),
  );
  socket.on(
    "set_lang",
    on(SetLang, (choice) => {
      lang = languageOf(choice.lang);
    }),
  );
  socket.on(
    "subscribe",
    on(Subscribe, async ({ since }, answer) => {
      await feed.ready;
      following?.abort();
      const own = (following = new AbortController());
      const until = AbortSignal.any([own.signal, ended]);
      if (typeof answer === "function") answer({ ok: true, lastSeq: feed.lastSeq });
      for await (const items of feed.follow(since, until)) {
        for (const item of items) if (!until.aborted) socket.emit("feed", item);
        await untilSent(socket, until);
      }
    }),
  );
  socket.onAny((name: string) => {
    if (name !== "action" && name !== "set_lang" && name !== "subscribe") socket.disconnect(true);
  });
}

/** Ends a socket whose session was signed out, or whose token was revoked. */
async function endUnlessValid(socket: GatewaySocket): Promise<void> {
  if (!(await socket.data.visitor.isValid().catch(() => false))) socket.disconnect(true);
}

/** Waits until a slow client has what was sent. */
async function untilSent({ conn }: GatewaySocket, until: AbortSignal): Promise<void> {
  if (until.aborted || conn.transport.writable) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      conn.off("drain", done);
      until.removeEventListener("abort", done);
      resolve();
    };
    conn.once("drain", done);
    until.addEventListener("abort", done, { once: true });
  });
}

function sendItem(socket: GatewaySocket, item: Parameters<Parameters<typeof runAction>[1]["sink"]>[0]): void {
  switch (item.event) {
    case "message":
      return void socket.emit("message", item.data);
    case "widget":
      return void socket.emit("widget", item.data);
    case "clear_widgets":
      return void socket.emit("clear_widgets");
  }
}
