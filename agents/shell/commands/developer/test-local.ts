import { performAs } from "../../answers.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { Tested } from "../../messages.ts";
import { printable } from "../../../../terminal/printable.ts";

/** `test-local`: exit code 0 where the tests pass, 4 where they fail. */
export const testLocal: RunCommand = async ({ door, screen, signal }, given) => {
  const ticket = given.words[0] === undefined ? undefined : parseTicket(given.words[0]);
  const repo = given.value("repo");
  const input = { ...(ticket === undefined ? {} : { ticket }), ...(repo === undefined ? {} : { repo }) };
  const onLine = (line: string): void =>
    screen.json ? screen.note(printable(line)) : screen.line(printable(line));
  const {
    tests,
    commit,
    repo: where,
  } = await performAs(door, "test-local", input, Tested, { signal, onLine });
  const exitCode = tests.passed ? 0 : 4;
  if (screen.json) {
    screen.data({ ok: tests.passed, repo: where, commit, tests });
    return exitCode;
  }
  if (tests.command === "")
    screen.line(`${where} has no test command. Add one to dockfra.yaml: test: { command: [npm, test] }`);
  else
    screen.line(
      `${tests.passed ? screen.paint("green", "The tests pass") : screen.paint("red", "The tests fail")} at ${commit.slice(0, 10)} of ${where}: ${tests.command}`,
    );
  return exitCode;
};
