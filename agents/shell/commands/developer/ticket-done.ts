import { conflict } from "../../../../bus/kernel/errors.ts";
import { performAs } from "../../answers.ts";
import { parseTicket } from "../../arguments.ts";
import type { RunCommand } from "../../command.ts";
import { Done } from "../../messages.ts";
import { printable } from "../../../../terminal/printable.ts";
import { stateOfWork, workTreeOf } from "../../work-tree.ts";

/** `ticket-done`. @throws conflict `work_not_pushed`, `tests_failed` */
export const ticketDone: RunCommand = async ({ door, screen, signal, person }, given) => {
  const ticket = parseTicket(given.words[0]);
  const work = person && (await stateOfWork(workTreeOf(person.home, ticket), person.env));
  if (work?.unpushed)
    throw conflict(
      "work_not_pushed",
      `There is work on ${ticket} that is not on its branch. Run: commit-push ${ticket}`,
      {
        params: { ticket },
      },
    );
  const input = { ticket, anyway: given.has("anyway"), ...(work ? { commit: work.commit } : {}) };
  const onLine = (line: string): void => screen.note(printable(line));
  const done = await performAs(door, "ticket-done", input, Done, { signal, onLine });
  if (screen.json) return screen.data({ ok: true, ...done });
  const { tests, commit } = done.work;
  const how = tests.command === "" ? "no tests to run" : tests.passed ? "the tests pass" : "the tests fail";
  screen.line(`${screen.paint("bold", ticket)} goes to its review with ${commit.slice(0, 10)}: ${how}`);
};
