import fc from "fast-check";
import { expect, test } from "vitest";
import { splitArguments } from "../../../gateway/roles/argv.ts";
import { optionsOf, ticketsWith, writeLine } from "../../../gateway/ui/src/roles/role-view.ts";
import { ticket } from "./support/ticket.ts";

const one = { name: "question", kind: "text", required: true, several: false };
const several = { name: "args", kind: "text", required: false, several: true };

test("what is typed for one argument stays one, whatever it holds", () => {
  const typed = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0") && text.trim() !== "");
  fc.assert(
    fc.property(typed, (text) => {
      expect(splitArguments(writeLine([one], [text], ""))).toEqual([text.trim()]);
    }),
  );
});

test("what is handed on to a program is several, and options follow", () => {
  expect(splitArguments(writeLine([one, several], ["it's", "a 'b c'"], " --limit 3 "))).toEqual([
    ...["it's", "a", "b c", "--limit", "3"],
  ]);
  expect(writeLine([one, several], [" ", ""], "")).toBe("");
});

test("a usage's own options are offered", () => {
  expect(optionsOf("<ticket> [--message <text>] [--anyway] [--json]")).toBe("[--message <text>] [--anyway]");
  expect(optionsOf("[--json]")).toBe("");
});

test("a ticket is with the role that takes its next step", () => {
  const tickets = (["open", "implementing", "reviewing", "approving", "deploying", "closed"] as const).map(
    (state, index) => ticket({ id: `T-000${index}`, state }),
  );
  const idsOf = (role: Parameters<typeof ticketsWith>[0]) => ticketsWith(role, tickets).map(({ id }) => id);
  expect(idsOf("manager")).toEqual(["T-0000", "T-0002"]);
  expect(idsOf("developer")).toEqual(["T-0001"]);
  expect(idsOf("monitor")).toEqual(["T-0004"]);
  expect(idsOf("autopilot")).toEqual([]);
});
