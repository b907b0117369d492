import { expect, test } from "vitest";
import { markRemoteCommand } from "../../../cli/ssh/pass-through.ts";

test.each([
  ["ssh manager", "ssh manager --"],
  ["ssh manager ls -la", "ssh manager -- ls -la"],
  ["ssh manager ticket-list --json", "ssh manager -- ticket-list --json"],
  ["ssh --json manager true", "ssh --json manager -- true"],
  ["--root /x ssh --print manager -h", "--root /x ssh --print manager -- -h"],
  ["--root=/x --json ssh manager a", "--root=/x --json ssh manager -- a"],
  ["ssh manager -- ls", "ssh manager -- ls"],
  ["ssh --prefix p monitor x -- y", "ssh --prefix p monitor -- x -- y"],
  ["ssh", "ssh"],
  ["ssh --help", "ssh --help"],
  ["ssh -- manager ls", "ssh -- manager ls"],
  ["status --json", "status --json"],
  ["ticket create ssh manager -x", "ticket create ssh manager -x"],
  ["", ""],
])("%s", (typed, meant) => {
  expect(markRemoteCommand(typed.split(" ").filter((word) => word !== "")).join(" ")).toBe(meant);
});
