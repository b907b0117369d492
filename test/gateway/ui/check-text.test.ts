import fc from "fast-check";
import { expect, test } from "vitest";
import { readCheck, readChecks, writeCheck } from "../../../gateway/ui/src/tickets/check-text.ts";
import { formatCheck, parseCheck } from "../../../stacks/checks/check-sentence.ts";

const word = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));
const path = fc.stringMatching(/^\/[a-z0-9/?=&-]{0,20}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

test("what is written is read back, here and by the command line's own reader", () => {
  const http = fc
    .record({
      path,
      status: maybe(fc.integer({ min: 100, max: 599 })),
      contains: maybe(word),
      lacks: maybe(word),
    })
    .map(({ path: at, status, contains, lacks }) => ({
      kind: "http" as const,
      path: at,
      ...(status === undefined ? {} : { status }),
      ...(contains === undefined ? {} : { contains }),
      ...(lacks === undefined ? {} : { lacks }),
    }));
  const log = word.map((lacks) => ({ kind: "log" as const, lacks }));
  fc.assert(
    fc.property(fc.oneof(http, log), (check) => {
      expect(readCheck(writeCheck(check))).toEqual(check);
      expect(parseCheck(writeCheck(check))).toEqual(check);
      expect(writeCheck(check)).toBe(formatCheck(check));
    }),
  );
});

test("the first line that is no check is named; blank ones are none", () => {
  expect(readChecks('GET / -> 200\n\n  log lacks "Error"\nrm -rf /\nPOST /')).toMatchObject({
    checks: [
      { kind: "http", path: "/", status: 200 },
      { kind: "log", lacks: "Error" },
    ],
    wrong: "rm -rf /",
  });
});
