import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { ServiceState } from "../../../bus/messages/stack-watch.ts";
import { showLines, toFileLine } from "../../../cli/stacks/log-lines.ts";
import { toServiceRows } from "../../../cli/stacks/service-list.ts";
import { toStackRow } from "../../../cli/stacks/stacks.ts";
import { parseSince } from "../../../cli/stacks/since.ts";
import { sparkline } from "../../../cli/stacks/stats.ts";
import { createScreen } from "../../../terminal/screen.ts";

function capture(isTTY: boolean) {
  const written: string[] = [];
  const screen = createScreen({
    ...{ json: false, env: {} },
    out: { isTTY, write: (text) => written.push(text) },
  });
  return { screen, text: () => written.join("") };
}

test.each([
  ["90s", 910_000],
  ["10m", 400_000],
  ["2000h", 0],
  ["1970-01-01T00:00:05Z", 5_000],
])("%s is a moment", (value, atMs) => {
  expect(parseSince(value, 1_000_000)).toBe(atMs);
});

test.each(["", "yesterday", "5", "-3m", "10 m", "2026-99-99"])("%j is no moment", (value) => {
  expect(() => parseSince(value)).toThrow("a moment is");
});

test("a line keeps its colours on a terminal alone, and can obey nothing", () => {
  const line = { service: "web", atMs: 0, text: "\u001b[31mred\u001b[0m\u202eevil", level: "info" } as const;
  const [plain, coloured] = [capture(false), capture(true)];
  showLines(plain.screen, [line], false);
  showLines(coloured.screen, [line], true);
  expect(plain.text()).toBe("web red\ufffdevil\n");
  expect(coloured.text()).toBe("\u001b[31mred\u001b[0m\ufffdevil\u001b[0m\n");
});

test("an error without colours of its own is red, and lost lines are said", () => {
  const { screen, text } = capture(true);
  showLines(screen, [{ service: "web", atMs: 0, text: "boom", level: "error", gap: 7 }], true);
  expect(stripVTControlCharacters(text())).toBe(
    "… 7 lines were lost here: they came faster than they were read …\nboom\n",
  );
  expect(text()).toContain("\u001b[31mboom");
});

test("a file has the time, the service and the text without colours", () => {
  expect(toFileLine({ service: "web", atMs: 0, text: "\u001b[1mhi", level: "info" })).toBe(
    "1970-01-01T00:00:00.000Z web hi\n",
  );
});

test("amounts and bars for people", () => {
  expect(sparkline([0, 0.5, 1])).toBe("▁▅█");
  expect(sparkline([])).toBe("");
});

test("a service's row says how it ended and what is newer", () => {
  const { screen } = capture(false);
  const rows = toServiceRows(
    screen,
    [
      { stack: "s", service: "a", state: "missing", ports: [] },
      {
        stack: "s",
        service: "b",
        container: "s-b-1",
        state: "exited",
        exitCode: 137,
        oomKilled: true,
        ports: [],
      },
      {
        stack: "s",
        service: "c",
        container: "s-c-1",
        state: "running",
        restarts: 2,
        startedAtMs: 0,
        imageUpdate: true,
        ports: ["80->80/tcp"],
      },
      { stack: "s", service: "d", container: "s-d-1", state: "running", healthy: true, ports: [] },
    ],
    60_000,
  );
  expect(rows.map(([, , how]) => how)).toEqual([
    "missing",
    "exited (out of memory, 137)",
    "running, started 1 min ago, 2 restarts, newer image",
    "healthy",
  ]);
});

test("a stack fails where a service of it does, and one that was stopped is at rest", () => {
  const { screen } = capture(false);
  const stack = {
    ...{
      name: "s",
      dir: "",
      files: [],
      deployable: false,
      missing: [],
      variables: [],
      running: "some" as const,
    },
    services: [{ name: "a", builds: false, ports: [] }],
  };
  const row = (state: ServiceState["state"], more: Partial<ServiceState> = {}) =>
    toStackRow(screen, stack, [{ stack: "s", service: "a", state, ports: [], ...more }])[1];
  expect(row("restarting")).toBe("fails: a");
  expect(row("exited", { exitCode: 1 })).toBe("fails: a");
  expect(row("exited", { exitCode: 137, oomKilled: true })).toBe("fails: a");
  expect(row("exited", { exitCode: 137 })).toBe("runs in part");
  expect(row("running")).toBe("runs in part");
  expect(row("unhealthy", { stack: "other" })).toBe("runs in part");
});
