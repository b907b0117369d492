import { invalidInput } from "../../bus/kernel/errors.ts";

/** Most arguments that a command of a role takes, and the longest of them. */
export const argLimits = { count: 50, length: 8_192 } as const;

const word = /\s*((?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+)/y;
const piece = /\\([\s\S])|"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|([^\s"'\\]+)/g;

/**
 * Splits a typed line into arguments: blanks separate, quotes and backslashes keep together. Nothing else has a
 * meaning, because nothing of it ever reaches a shell.
 * @throws `arguments_invalid`
 */
export function splitArguments(line: string): string[] {
  const args: string[] = [];
  word.lastIndex = 0;
  const end = line.trimEnd().length;
  while (word.lastIndex < end) {
    const from = word.lastIndex;
    const match = word.exec(line);
    if (!match) throw argumentsInvalid(`a quote is not closed after "${line.slice(from, from + 40).trim()}"`);
    args.push(unquote(match[1] ?? ""));
  }
  return checkArguments(args);
}

/** Gives the arguments back where they may be handed on. @throws `arguments_invalid` */
export function checkArguments(args: readonly string[]): string[] {
  if (args.length > argLimits.count) throw argumentsInvalid(`there are more than ${argLimits.count}`);
  for (const [index, arg] of args.entries()) {
    if (arg.length > argLimits.length)
      throw argumentsInvalid(`number ${index + 1} is longer than ${argLimits.length} characters`);
    if (arg.includes("\0")) throw argumentsInvalid(`number ${index + 1} holds a NUL character`);
  }
  return [...args];
}

function unquote(text: string): string {
  return text.replaceAll(
    piece,
    (_, escaped?: string, double?: string, single?: string, plain?: string) =>
      escaped ?? double?.replaceAll(/\\(["\\])/g, "$1") ?? single ?? plain ?? "",
  );
}

function argumentsInvalid(why: string) {
  return invalidInput(
    "arguments_invalid",
    `The arguments cannot be used: ${why}. Mend them, then run again.`,
    {
      params: { why },
    },
  );
}
