import { parseArgs, type ParseArgsConfig } from "node:util";
import { invalidInput } from "../../bus/kernel/errors.ts";
import { ticketId, ticketNumber } from "../../bus/kernel/ids.ts";
import type { CommandEntry, ParsedArguments } from "./command.ts";

const always = {
  json: { about: "answer as JSON" },
  help: { about: "show this" },
} as const;

/** The options of a command with those that every command has. */
export function optionsOf(entry: CommandEntry): NonNullable<CommandEntry["options"]> {
  return { ...entry.options, ...always };
}

/** Writes a command's arguments as people type them: `<ticket> [--json]`. */
export function usageOf(entry: CommandEntry): string {
  const own = Object.entries(entry.options ?? {}).map(([name, { value }]) =>
    value === undefined ? `[--${name}]` : `[--${name} ${value}]`,
  );
  return [...(entry.arguments ?? []), ...own, "[--json]"].join(" ");
}

/** Reads what was typed. @throws `usage` with what is wrong */
export function parseArguments(name: string, entry: CommandEntry, args: readonly string[]): ParsedArguments {
  const wrong = (why: string): Error =>
    invalidInput("shell_usage", `${why}. See: ${name} --help`, { params: { why, command: name } });
  const options: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
    Object.entries(optionsOf(entry)).map(([option, { value, repeats }]) => [
      option,
      { type: value === undefined ? "boolean" : "string", multiple: repeats === true },
    ]),
  );
  // what is passed on begins with the first word that is none of our own switches
  const from = entry.passesOn ? args.findIndex((word) => word !== "--json" && word !== "--help") : -1;
  const own = from < 0 ? args : args.slice(0, from);
  const rest = from < 0 ? [] : args.slice(from);
  let parsed;
  try {
    parsed = parseArgs({ args: [...own], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw wrong(error.message.replace(/\. To specify.*/s, "").replace(/\.$/, ""));
  }
  const { values } = parsed;
  const words = [...parsed.positionals, ...rest];
  const help = values["help"] === true;
  const expected = entry.arguments ?? [];
  const missing = expected.filter((word) => word.startsWith("<"))[words.length];
  if (!help && missing !== undefined) throw wrong(`${missing} is missing`);
  const most = entry.passesOn || expected.at(-1)?.includes("...") ? Infinity : expected.length;
  if (!help && words.length > most) throw wrong(`"${words[most] ?? ""}" is too much`);
  for (const [option, { choices }] of Object.entries(entry.options ?? {})) {
    const value = values[option];
    if (choices && typeof value === "string" && !choices.includes(value))
      throw wrong(`--${option} is one of ${choices.join(", ")}`);
  }
  return {
    words,
    help,
    json: values["json"] === true,
    has: (option) => values[option] === true,
    value: (option) => {
      const value = values[option];
      return typeof value === "string" ? value : undefined;
    },
    values: (option) => {
      const value = values[option];
      return Array.isArray(value) ? value.map(String) : [];
    },
  };
}

/** Reads a ticket's id as people type it: `T-0001`, `t-1` or `1`. @throws `shell_ticket_invalid` */
export function parseTicket(value = ""): string {
  const digits = /^(?:[tT]-)?(\d{1,9})$/.exec(value.trim())?.[1];
  const id = digits === undefined ? undefined : ticketId(Number(digits));
  if (id !== undefined && ticketNumber(id)) return id;
  throw invalidInput(
    "shell_ticket_invalid",
    `"${value.slice(0, 60)}" is no ticket's id. Write it as T-0001.`,
    { params: { id: value.slice(0, 60) } },
  );
}

/** Reads a whole number from 1 on. @throws `shell_usage` */
export function parseCount(name: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (count >= 1 && count <= most) return count;
  const why = `a count is a number from 1 to ${most}`;
  throw invalidInput("shell_usage", `${why}. See: ${name} --help`, { params: { why, command: name } });
}
