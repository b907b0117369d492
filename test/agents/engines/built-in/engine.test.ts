import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createBuiltInEngine } from "../../../../agents/engines/built-in/engine.ts";
import { mendingPatch, openTask } from "../../../support/fake-llm/project.ts";
import { startFakeLlm } from "../../../support/fake-llm/server.ts";
import { canaryKey, fakeRoleLlm } from "../../../support/fake-llm/told.ts";
import { call, say } from "../../../support/fake-llm/turn.ts";

// real git and real test runs, on a machine that others use too
vi.setConfig({ testTimeout: 60_000 });

test("mends a bug: plans, reads, patches, runs the tests, finishes", async () => {
  await using llm = await startFakeLlm(
    say("1. Read src/sum.js. 2. Mend the sign. 3. Run the tests."),
    call("list_files"),
    call("search", { pattern: "total" }),
    call("read_file", { path: "src/sum.js" }),
    call("run_tests"),
    call("apply_patch", { patch: mendingPatch }),
    call("run_tests"),
    call("finish", { summary: "The sum adds now." }),
  );
  await using place = await openTask();
  const engine = createBuiltInEngine({ llm: fakeRoleLlm(llm, place.user.stateDir), home: place.home });
  expect(await engine.canTake(place.task.ticket, place.task)).toBe(true);
  const { summary } = await engine.implement(place.task);
  expect(summary).toBe("The sum adds now.");
  expect(await readFile(join(place.task.workTree, "src/sum.js"), "utf8")).toContain("total += number");
  await execa("node", ["--test"], { cwd: place.task.workTree });
  const codes = place.told.map(({ code }) => code);
  expect(codes).toEqual(
    expect.arrayContaining([
      "engine_started",
      "llm_plan",
      "llm_usage",
      "llm_tool",
      "tests_failed",
      "tests_passed",
    ]),
  );
  expect(codes.indexOf("llm_plan")).toBeLessThan(codes.indexOf("llm_tool"));
  const [first, second] = llm.requests;
  expect(first?.headers["authorization"]).toBe(`Bearer ${canaryKey}`);
  expect(first?.body.tool_choice).toBe("none");
  expect(second?.body.tool_choice).toBe("auto");
  expect(first?.body.tools?.map((tool) => tool.function.name)).toEqual([
    "list_files",
    "read_file",
    "search",
    "apply_patch",
    "write_file",
    "run_tests",
    "finish",
  ]);
});
