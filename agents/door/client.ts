import { connect, type Socket } from "node:net";
import { toDockfraError, unavailable } from "../../bus/kernel/errors.ts";
import type { Intent, IntentAnswer } from "../../bus/messages/intents.ts";
import type { Question, QuestionOutput } from "../../bus/messages/questions.ts";
import type { Door } from "../shell/door.ts";
import { createLineSplitter } from "./line-split.ts";
import { DoorReply, maxDoorLineBytes, type DoorRequest } from "./protocol.ts";

/** What a request gets while it is open. */
interface Open {
  readonly onReply: (reply: DoorReply) => void;
  readonly onLost: (error: Error) => void;
}

type Unnumbered = DoorRequest extends infer R ? (R extends unknown ? Omit<R, "id"> : never) : never;

/** Where the agent of this container listens. */
export const doorSocket = "/run/dockfra/door/door.sock";

/** Connects a role's shell to the agent of the same container. @throws `agent_down` */
export async function connectDoor(path: string = doorSocket): Promise<Door & AsyncDisposable> {
  const socket = await openSocket(path);
  const open = new Map<number, Open>();
  const splitter = createLineSplitter(maxDoorLineBytes);
  let lastId = 0;
  const lose = (cause?: unknown): void => {
    for (const { onLost } of open.values()) onLost(agentDown(path, cause));
    open.clear();
  };
  socket.on("data", (chunk) => {
    try {
      for (const line of splitter.take(chunk)) {
        const reply = DoorReply.parse(JSON.parse(line));
        open.get(reply.id)?.onReply(reply);
      }
    } catch (error) {
      lose(error);
      socket.destroy();
    }
  });
  socket.on("error", lose);
  socket.once("close", () => lose());

  async function send(
    request: Unnumbered,
    { onLine, onItem, signal }: Listeners & { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<unknown> {
    signal?.throwIfAborted();
    if (socket.destroyed) throw agentDown(path);
    const id = ++lastId;
    const onAbort = (): void => open.get(id)?.onLost(signal?.reason as Error);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        open.set(id, {
          onLost: reject,
          onReply(reply) {
            if ("line" in reply) onLine?.(reply.line);
            else if ("item" in reply) onItem?.(reply.item);
            else if (reply.ok) resolve(reply.data);
            else reject(toDockfraError(reply.error));
          },
        });
        socket.write(`${JSON.stringify({ ...request, id })}\n`);
      });
    } finally {
      open.delete(id);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  return {
    // the agent's bus has checked the answers against their schemas
    ask: (verb, input, { key } = {}) =>
      send({ do: "ask", verb, input, ...(key === undefined ? {} : { key }) }) as Promise<
        IntentAnswer<typeof verb & Intent>
      >,
    question: (question, input) =>
      send({ do: "question", question, input }) as Promise<QuestionOutput<typeof question & Question>>,
    async watch(onEntry, signal) {
      if (signal.aborted) return;
      try {
        await send({ do: "watch" }, { onItem: onEntry, signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    perform: (name, input, { onLine, signal } = {}) =>
      send({ do: "perform", name, input }, { ...(onLine ? { onLine } : {}), signal }),
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

interface Listeners {
  readonly onLine?: (line: string) => void;
  readonly onItem?: (entry: Extract<DoorReply, { item: unknown }>["item"]) => void;
}

function openSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const refuse = (error: Error): void => reject(agentDown(path, error));
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolve(socket);
    });
  });
}

function agentDown(path: string, cause?: unknown): Error {
  return unavailable(
    "agent_down",
    "The agent of this role does not answer. It is started again by itself: try in a moment.",
    { params: { path }, cause },
  );
}
