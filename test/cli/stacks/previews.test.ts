import { expect, test } from "vitest";
import type { IncidentView } from "../../../bus/messages/incident.ts";
import type { PreviewView } from "../../../bus/messages/stack-watch.ts";
import { toIncidentTable } from "../../../cli/stacks/incidents.ts";
import { toPreviewTable } from "../../../cli/stacks/previews.ts";

const nowMs = 10_000_000;
const preview: PreviewView = {
  ...{
    ticket: "T-0001",
    stack: "shop",
    project: "shop-t0001",
    state: "running",
    url: "http://127.0.0.1:20001",
  },
  ...{ urls: {}, commit: "a".repeat(40), sinceMs: 0, expiresAtMs: nowMs + 3_600_000 },
};
const incident: IncidentView = {
  ...{ key: "shop-web-crash_loop", stack: "shop", code: "crash_loop", title: "web ends again and again" },
  ...{ state: "over", ticket: "T-0007", version: 1, firstSeenMs: 0, lastSeenMs: nowMs - 60_000, times: 4 },
};

test("a preview is a line with its URL and when it closes, or why it failed", () => {
  const [running = "", failed = ""] = toPreviewTable(
    [preview, { ...preview, ticket: "T-0002", state: "failed", reason: "the build\u001B[31m ended" }],
    nowMs,
  );
  expect(running).toMatch(/T-0001 +shop +running +a{10} +http:\/\/127\.0\.0\.1:20001 +closes in/);
  expect(failed).toContain("the build");
  expect(failed).not.toContain("\u001B");
  expect(failed).not.toContain("closes");
  expect(toPreviewTable([], nowMs)[0]).toContain("dockfra preview open");
});

test("open incidents come first, with their tickets", () => {
  const lines = toIncidentTable([incident, { ...incident, ticket: "T-0009", state: "open" }], nowMs);
  expect(lines[0]).toMatch(/T-0009 +open +web ends again and again +told 4 times/);
  expect(lines[1]).toMatch(/T-0007 +over/);
  expect(toIncidentTable([], nowMs)).toEqual(["Nothing went wrong on what runs."]);
});
