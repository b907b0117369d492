import { expect, test } from "vitest";
import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import { reportEnd } from "../../../cli/stacks/act.ts";
import { createJobScreen, toJobTable } from "../../../cli/stacks/job-screen.ts";
import { printable } from "../../../terminal/printable.ts";
import { createScreen } from "../../../terminal/screen.ts";

function capture(json = false) {
  let out = "";
  let err = "";
  const screen = createScreen({
    json,
    out: { write: (text) => void (out += text) },
    err: { write: (text) => void (err += text) },
    env: {},
  });
  return { screen, out: () => out, err: () => err };
}

const job = (more: Partial<JobView>): JobView => ({
  ...{ id: "a", action: { do: "launch", stacks: [] }, state: "done", startedAtMs: 1_000, endedAtMs: 3_500 },
  ...{ services: [], log: [] },
  ...more,
});

test("elsewhere than on a terminal each change is a line, and a growing fraction is none", () => {
  const { screen, out } = capture();
  const shown = createJobScreen(screen, false);
  shown.onStep({ stack: "shop", service: "db", step: "pull", done: 0.1 });
  shown.onStep({ stack: "shop", service: "db", step: "pull", done: 0.9 });
  shown.onStep({ stack: "shop", service: "db", step: "pull", detail: "what the next line says too" });
  shown.onStep({ stack: "shop", service: "db", step: "healthy", done: 1 });
  shown.onLine("a\u001b[2Jb", "shop/db");
  expect(out()).toBe("shop/db  pull\nshop/db  healthy\nshop/db | a\u241b[2Jb\n");
});

test("on a terminal the table is drawn over itself, and the lines go at the end", () => {
  const { screen, out } = capture();
  const shown = createJobScreen(screen, true);
  shown.onStep({ stack: "shop", service: "db", step: "pull", done: 0.5 });
  shown.onLine("hello", "shop/db");
  shown.finish(job({ services: [{ stack: "shop", service: "db", step: "healthy", done: 1 }] }));
  const [first, second, third] = out().split("\u001b[J");
  expect(first).toContain("shop/db  pull 50 %");
  expect(second).toContain("shop/db | hello");
  expect(third).toBe("shop/db  healthy\n");
});

test("more services than the terminal is high: those at work, and all of them at the end", () => {
  const { screen, out } = capture();
  const small = { ...screen, rows: 12, columns: 30 };
  const shown = createJobScreen(small, true);
  const services = Array.from({ length: 20 }, (_, index) => ({ stack: "shop", service: `s${index}` }));
  for (const one of services) shown.onStep({ ...one, step: "waiting" });
  shown.onStep({ stack: "shop", service: "s7", step: "pull", done: 0.5, detail: "x".repeat(60) });
  expect(out().split("\u001b[J").at(-1)).toBe(`shop/s7  pull 50 %  ${"x".repeat(9)}\n… and 19 more\n`);
  shown.finish(job({ services: services.map((one) => ({ ...one, step: "done" as const })) }));
  expect(out().split("\u001b[J").at(-1)?.trim().split("\n")).toHaveLength(20);
});

test("the end of a job gives its exit code, its error as a sentence, its facts, or JSON", () => {
  const good = capture();
  expect(reportEnd(good.screen, job({ result: { stacks: "shop", services: 2 } }))).toBe(0);
  expect(good.out()).toBe("done, stacks shop, services 2, took 2.5 s\n");
  const error = {
    ...({ kind: "invalid_input", code: "service_exited", message: "x", retryable: false } as const),
    params: { stack: "shop", service: "db", how: "exit 3" },
  };
  const bad = capture();
  expect(reportEnd(bad.screen, job({ state: "failed", error }))).toBe(2);
  expect(bad.err()).toContain("db of shop ended (exit 3). Read its log lines: dockfra logs shop db");
  expect(reportEnd(capture().screen, job({ state: "cancelled" }))).toBe(4);
  const json = capture(true);
  expect(reportEnd(json.screen, job({ state: "failed", error }))).toBe(2);
  expect(JSON.parse(json.out())).toMatchObject({
    ok: false,
    job: { id: "a", error: { code: "service_exited" } },
  });
});

test("what a service is called cannot move the cursor", () => {
  const { screen } = capture();
  const [line] = toJobTable(screen, [{ stack: "s\u001b[A", service: "x", step: "failed", detail: "\r!" }]);
  expect(line).toBe(printable(line ?? ""));
});

test("what kept a launch from starting is told with what can be done about it", () => {
  const { screen, err } = capture();
  const error = {
    ...{ kind: "conflict" as const, code: "launch_in_the_way", message: "Nothing.", retryable: false },
    params: { stacks: "shop", count: 1 },
  };
  const finding = {
    ...{ code: "external_network_missing", severity: "error" as const, message: "", stack: "shop" },
    params: { network: "edge", file: "compose.yml", line: 3 },
    fixes: [
      {
        ...{ id: "fix-1", code: "fix_network_create", params: { network: "edge" } },
        ...{ safe: true, undoable: true },
      },
    ],
  };
  expect(reportEnd(screen, job({ state: "failed", error, findings: [finding] }))).toBe(4);
  expect(err()).toMatch(/--force[\s\S]*shop.*edge[\s\S]*dockfra fix fix-1/);
});
