import type { CommandOutput, CommandType } from "../../bus/messages/commands.ts";

const kept = 200;

/** Which commands an agent has in work, and the answers of the last ones that it did. */
export interface WorkInHand {
  /** Takes a command; false where it is in work already. */
  begin(commandId: string): boolean;
  end(commandId: string): void;
  readonly running: readonly string[];
  /** Keeps an answer, so that a repeat of the command needs no work. */
  remember(commandId: string, output: CommandOutput<CommandType>): void;
  recall(commandId: string): CommandOutput<CommandType> | undefined;
}

/** Makes the empty book of one agent; `onChange` is called at each start and end. */
export function createWorkInHand(onChange: () => void): WorkInHand {
  const running = new Set<string>();
  const answers = new Map<string, CommandOutput<CommandType>>();
  return {
    begin(commandId) {
      if (running.has(commandId)) return false;
      running.add(commandId);
      onChange();
      return true;
    },
    end(commandId) {
      running.delete(commandId);
      onChange();
    },
    get running() {
      return [...running].slice(0, 1_000);
    },
    remember(commandId, output) {
      answers.set(commandId, output);
      for (const oldest of answers.keys()) {
        if (answers.size <= kept) break;
        answers.delete(oldest);
      }
    },
    recall: (commandId) => answers.get(commandId),
  };
}
