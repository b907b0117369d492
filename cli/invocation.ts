import type { Command } from "commander";
import { createScreen, type Screen } from "../terminal/screen.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly root?: string;
  readonly prefix?: string;
  readonly json?: boolean;
}

/** One run of a command: what was typed, where to write, when to stop. */
export interface Invocation<O> {
  readonly options: O & GlobalOptions;
  readonly screen: Screen;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** What a command does; gives its exit code, 0 where it gives none. */
export type Run<A extends readonly unknown[], O> = (
  invocation: Invocation<O>,
  ...args: A
) => Promise<number | void>;

/**
 * Ties a command to the code that does it, loaded only when it is run. Ctrl-C asks it to end; a second one does not
 * wait.
 */
export function attach<A extends readonly unknown[], O extends object>(
  command: Command,
  load: () => Promise<Run<A, O>>,
): void {
  command.action(async (...values: unknown[]) => {
    const args = values.slice(0, command.registeredArguments.length) as unknown as A;
    const options = command.optsWithGlobals<O & GlobalOptions>();
    const screen = createScreen({ json: options.json === true });
    const stop = new AbortController();
    const onSignal = (name: NodeJS.Signals): void => {
      if (stop.signal.aborted) process.exit(exitCodeOf(name));
      stop.abort(name);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    process.on("SIGHUP", onSignal);
    try {
      const run = await load();
      process.exitCode = (await run({ options, screen, signal: stop.signal }, ...args)) ?? 0;
    } catch (error) {
      const { reportFailure } = await import("./terminal/failure.ts");
      const exitCode = reportFailure(error, screen);
      process.exitCode = stop.signal.aborted ? exitCodeOf(stop.signal.reason) : exitCode;
    } finally {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      process.off("SIGHUP", onSignal);
    }
  });
}

/** What a shell calls a program that was ended by a signal. */
function exitCodeOf(signal: unknown): number {
  return signal === "SIGINT" ? 130 : 143;
}
