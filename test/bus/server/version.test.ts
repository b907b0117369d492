import { describe, expect, test } from "vitest";
import { isNatsVersionEnough, parseNatsVersion, readNatsVersion } from "../../../bus/server/version.ts";
import { makeScratch } from "../../support/scratch.ts";
import { writeProgram } from "./program.ts";

describe("parseNatsVersion", () => {
  test.each([
    ["nats-server: v2.14.5", "2.14.5"],
    ["nats-server: v2.15.0-RC.1\n", "2.15.0-RC.1"],
    ["a warning\nnats-server: v2.9.10\n", "2.9.10"],
    ["nats: v0.2.0", undefined],
    ["nats-server: 2.14", undefined],
    ["", undefined],
  ])("%j gives %s", (output, version) => {
    expect(parseNatsVersion(output)).toBe(version);
  });
});

describe("isNatsVersionEnough", () => {
  test.each([
    ["2.14.0", true],
    ["2.14.5", true],
    ["2.15.1", true],
    ["3.0.0", true],
    ["2.100.0", true],
    ["2.15.0-RC.1", true],
    ["2.14.0-RC.1", false],
    ["2.13.9", false],
    ["2.9.10", false],
    ["1.99.99", false],
  ])("%s: %s", (version, enough) => {
    expect(isNatsVersionEnough(version)).toBe(enough);
  });
});

describe("readNatsVersion", () => {
  test("asks the program", async () => {
    await using scratch = await makeScratch();
    const path = await writeProgram(scratch, "nats-server", "nats-server: v2.14.2");
    expect(await readNatsVersion(path)).toBe("2.14.2");
  });

  test("has no answer from what is no program", async () => {
    expect(await readNatsVersion("/etc/passwd")).toBeUndefined();
    expect(await readNatsVersion("/nowhere/nats-server")).toBeUndefined();
  });
});
