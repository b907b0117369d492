import type { Role } from "../../bus/messages/principals.ts";
import type { Door } from "./door.ts";
import type { Screen } from "../../terminal/screen.ts";

/** One option of a command; every command has `--json` and `--help` beside its own. */
export interface OptionEntry {
  /** What stands for its value in the usage, as `<name>`; absent for a switch. */
  readonly value?: string;
  readonly repeats?: true;
  readonly choices?: readonly string[];
  readonly about: string;
}

/** The person whose shell a command runs in; absent where the agent runs it for the page. */
export interface PersonPlace {
  readonly home: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input, for an argument `-`. */
  readonly readStdin: () => Promise<string>;
}

/** One run of a command. */
export interface ShellContext {
  readonly role: Role;
  readonly door: Door;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly person?: PersonPlace;
}

/** What a person typed behind a command's name. */
export interface ParsedArguments {
  /** The arguments that are no options, in order; never fewer than the command needs. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  /** Whether a switch was given. */
  has(option: string): boolean;
  /** The value of an option. */
  value(option: string): string | undefined;
  /** All values of an option that repeats. */
  values(option: string): readonly string[];
}

/** What a command does; gives its exit code, 0 where it gives none. */
export type RunCommand = (context: ShellContext, given: ParsedArguments) => Promise<number | void>;

/** A command of a role's shell, as help, completion and the command grid show it; its code is loaded when it is run. */
export interface CommandEntry {
  readonly summary: string;
  /** Its arguments in order: `<ticket>` is needed, `[text]` may be left out, `[text...]` takes all that follow. */
  readonly arguments?: readonly string[];
  readonly options?: Readonly<Record<string, OptionEntry>>;
  /** Takes everything from its first argument on as it stands, options included. */
  readonly passesOn?: true;
  readonly load: () => Promise<RunCommand>;
}
