import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chartPages } from "../../tools/charts/page.ts";
import { listStates, listTransitions, pathOfNode } from "../../tools/charts/chart.ts";
import { labelOf, toMermaid } from "../../tools/charts/mermaid.ts";
import { createTicketMachine } from "../../workflows/ticket/machine.ts";
import { defaultTicketTimeouts } from "../../workflows/ticket/policy.ts";

const root = join(import.meta.dirname, "../..");

describe("the charts of the manual", () => {
  test.each(chartPages())(
    "$path is what the chart says; otherwise run npm run charts",
    async ({ path, text }) => {
      expect(await readFile(join(root, path), "utf8")).toBe(text);
    },
  );

  const machine = createTicketMachine(defaultTicketTimeouts);
  const drawn = toMermaid(machine);

  test("draw every state", () => {
    for (const state of listStates(machine)) {
      expect(drawn).toContain(` as ${pathOfNode(state).replaceAll(".", "_")}`);
    }
  });

  test("draw every arrow with its event and its guard", () => {
    for (const transition of listTransitions(machine)) {
      const { source, target } = transition;
      if (target === undefined) continue;
      const arrow = `${source.replaceAll(".", "_")} --> ${target.replaceAll(".", "_")}: `;
      const line = drawn.split("\n").find((text) => text.trim().startsWith(arrow));
      expect(line).toContain(labelOf(transition));
    }
  });

  test("mark delays, and close every group they open", () => {
    expect(drawn).toContain("after triageTimeout");
    expect(drawn.split("{").length).toBe(drawn.split("}").length);
  });
});
