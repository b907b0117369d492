import { expect, test } from "vitest";
import { conflict, notFound, unavailable } from "../../../bus/kernel/errors.ts";
import { fromSystem, reportFailure, toSentence } from "../../../cli/terminal/failure.ts";
import { captureScreen } from "./capture.ts";

test("an error is a sentence on stderr and an exit code by its kind", () => {
  const { screen, out, err } = captureScreen();
  const error = notFound("ticket_unknown", "No ticket.", { params: { ticket: "T-0007" } });
  expect(reportFailure(error, screen)).toBe(3);
  expect(out()).toBe("");
  expect(err()).toBe("dockfra: There is no ticket T-0007. See: dockfra ticket list\n");
});

test("with --json it is one object on stdout, with the sentence as its message", () => {
  const { screen, out, err } = captureScreen({ json: true });
  expect(
    reportFailure(
      conflict("root_in_use", "Taken.", { params: { root: "/p", pid: 7, since: "1 h ago" } }),
      screen,
    ),
  ).toBe(4);
  expect(JSON.parse(out())).toMatchObject({
    ok: false,
    error: { code: "root_in_use", params: { pid: 7 }, message: expect.stringContaining("process 7") },
  });
  expect(err()).toBe("");
});

test("a code without a sentence is said by its own message", () => {
  expect(toSentence(unavailable("of_tomorrow", "The fact. The next step.").toJSON())).toBe(
    "The fact. The next step.",
  );
});

test("a surprise has exit code 1 and keeps its text", () => {
  const { screen, err } = captureScreen();
  expect(reportFailure(new TypeError("x is not a function"), screen)).toBe(1);
  expect(err()).toContain("x is not a function");
});

test.each([
  ["ENOSPC", "disk_full"],
  ["EDQUOT", "disk_full"],
  ["EACCES", "file_denied"],
  ["EROFS", "file_read_only"],
  ["EMFILE", "too_many_files"],
])("%s of the system becomes %s", (code, ours) => {
  const error = Object.assign(new Error("no"), { code, path: "/p/x" });
  expect(fromSystem(error)).toMatchObject({ code: ours });
});

test("other errors of the system stay surprises", () => {
  const error = Object.assign(new Error("no"), { code: "EIO" });
  expect(fromSystem(error)).toBe(error);
});
