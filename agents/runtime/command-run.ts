import { invalidInput, toErrorInfo, type ErrorInfo } from "../../bus/kernel/errors.ts";
import {
  commands,
  type CommandInput,
  type CommandMessage,
  type CommandOutput,
  type CommandType,
} from "../../bus/messages/commands.ts";
import type { FeedKind } from "../../bus/messages/feed.ts";
import { clipErrorInfo } from "./error-clip.ts";
import type { AgentOptions } from "./agent-options.ts";
import { createPatientClient } from "./patient-client.ts";
import type { HandlerContext } from "./handlers.ts";
import { leaseLost } from "./lease.ts";

export type Outcome =
  | { readonly ok: true; readonly output: CommandOutput<CommandType> }
  | { readonly ok: false; readonly error: ErrorInfo };

/** Runs a command's handler between two parsers; never throws, every failure is a coded one. */
export async function performCommand(options: AgentOptions, message: CommandMessage): Promise<Outcome> {
  const log = options.log.child({ command: message.id, type: message.type });
  const startMs = performance.now();
  try {
    const output = await runHandler(options, message, log);
    log.info({ tookMs: Math.round(performance.now() - startMs) }, "command done");
    return { ok: true, output };
  } catch (error) {
    const info = clipErrorInfo(toErrorInfo(error));
    log[info.code === "internal" ? "error" : "info"]({ err: error, code: info.code }, "command failed");
    if (info.code === "host_key_changed") alertAll(options, message, info);
    return { ok: false, error: info };
  }
}

/** Somebody may be in between: whoever watches hears of it, not only those who look at the ticket. */
function alertAll(
  { bus, worker }: AgentOptions,
  { flow }: CommandMessage,
  { code, params }: ErrorInfo,
): void {
  bus.tell({
    source: worker,
    kind: "health",
    atMs: Date.now(),
    code,
    params,
    flow: `${flow.kind}/${flow.id}`,
  });
}

async function runHandler<T extends CommandType>(
  options: AgentOptions,
  message: CommandMessage,
  log: AgentOptions["log"],
): Promise<CommandOutput<T>> {
  const type = message.type as T;
  const handler = options.handlers[type];
  if (!handler)
    throw invalidInput(
      "command_not_done_here",
      `"${options.worker}" does not do ${type}. Update the agent.`,
      { params: { type } },
    );
  const input = commands[type].input.safeParse(message.input);
  if (!input.success) throw garbled(type, "input", input.error);
  const output = await handler(input.data as CommandInput<T>, createContext(options, message, log));
  const parsed = commands[type].output.safeParse(output);
  if (!parsed.success) throw garbled(type, "output", parsed.error);
  return parsed.data as CommandOutput<T>;
}

function createContext(
  { bus, worker, instance, signal }: AgentOptions,
  message: CommandMessage,
  log: AgentOptions["log"],
): HandlerContext {
  const { id: commandId, flow } = message;
  const tell = (kind: FeedKind, code: string, params: HandlerContext["flow"] | object, text?: string): void =>
    bus.tell({
      source: worker,
      kind,
      atMs: Date.now(),
      code,
      params: { ...params },
      flow: `${flow.kind}/${flow.id}`,
      ...(text === undefined ? {} : { text: text.slice(0, 8_192) }),
    });
  return {
    commandId,
    flow,
    signal,
    log,
    progress: (code, params = {}, text) => tell("progress", code, params, text),
    decided: (code, params, text) => tell("decision", code, params, text),
    assertLease: async () => {
      signal.throwIfAborted();
      const { valid } = await createPatientClient(bus, { signal }).ask("command.check", {
        flow,
        commandId,
        instance,
      });
      if (valid) return;
      throw leaseLost(commandId);
    },
  };
}

function garbled(
  type: CommandType,
  what: "input" | "output",
  error: { readonly issues: readonly { path: readonly PropertyKey[]; message: string }[] },
): Error {
  const issue = error.issues[0];
  const where = issue?.path.map(String).join(".") ?? "";
  const why = `${where === "" ? "it" : where}: ${issue?.message ?? "not valid"}`;
  return invalidInput(
    `command_${what}_invalid`,
    `The ${what} of ${type} is not valid: ${why}. Update all parts to the same version.`,
    {
      params: { type, why },
    },
  );
}
