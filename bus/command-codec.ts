import { parseMessage } from "./codec.ts";
import { denied, invalidInput } from "./kernel/errors.ts";
import { CommandMessage, commands, type CommandType } from "./messages/commands.ts";
import type { Worker } from "./messages/principals.ts";

/** Checks that a worker has a command of this type. @throws command_unknown, not_allowed */
export function parseCommandType(type: string, worker: Worker): CommandType {
  if (!Object.hasOwn(commands, type)) {
    throw invalidInput("command_unknown", `No command "${type}". See the capability table.`, {
      params: { type },
    });
  }
  if (type.startsWith(`${worker}.`)) return type as CommandType;
  throw denied("not_allowed", `"${worker}" may not do ${type} nor report its result.`, {
    params: { principal: worker, type },
  });
}

/** Parses a command with the input of its type. @throws message_invalid, command_unknown, not_allowed */
export function parseCommand(value: unknown): CommandMessage & { type: CommandType } {
  const message = parseMessage(CommandMessage, value, "command");
  const type = parseCommandType(message.type, message.worker);
  parseMessage(commands[type].input, message.input, type);
  return { ...message, type };
}
