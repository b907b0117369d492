import { expect, test } from "vitest";
import { captureScreen } from "../cli/terminal/capture.ts";

const bold = "\u001b[1mx\u001b[22m";

test("colours show on a terminal alone", () => {
  expect(captureScreen({ isTTY: true }).screen.paint("bold", "x")).toBe(bold);
  expect(captureScreen().screen.paint("bold", "x")).toBe("x");
});

test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("%o turns colours off", (env) => {
  expect(captureScreen({ isTTY: true, env }).screen.paint("bold", "x")).toBe("x");
});

test("an empty NO_COLOR is none", () => {
  expect(captureScreen({ isTTY: true, env: { NO_COLOR: "" } }).screen.paint("bold", "x")).toBe(bold);
});

test("with --json only data is on stdout", () => {
  const { screen, out, err } = captureScreen({ json: true, isTTY: true });
  screen.line("for people");
  screen.data({ a: screen.paint("red", "x") });
  screen.note("what goes on");
  expect(out()).toBe('{"a":"x"}\n');
  expect(err()).toBe("what goes on\n");
});
