import { expect, test } from "vitest";
import type { VariableView } from "../../../bus/messages/stack-service.ts";
import type { Project } from "../../../gateway/ui/src/live/state.ts";
import { summarise } from "../../../gateway/ui/src/project/summary.ts";

const variable = (name: string, more: Partial<VariableView> = {}): VariableView => ({
  name,
  isSet: false,
  secret: false,
  missing: false,
  stacks: ["web"],
  requiredFor: [],
  uses: [],
  ...more,
});
const project = (more: Partial<Project>): Project => ({
  root: "/srv/shop",
  stacks: [],
  variables: [],
  findings: [],
  runtime: "process",
  isolation: "broker",
  others: [],
  ...more,
});

test("a missing value and a port each lead to their variable", () => {
  const summary = summarise(
    project({
      variables: [
        variable("DB_PASSWORD", { missing: true }),
        variable("WEB_PORT", { value: "80", isSet: true }),
      ],
      findings: [
        {
          code: "port_in_use",
          severity: "warning",
          message: "",
          params: { port: 80, holder: "nginx" },
          stack: "web",
        },
        {
          code: "value_missing",
          severity: "error",
          message: "",
          params: { name: "DB_PASSWORD" },
          stack: "web",
        },
      ],
    }),
  );
  expect(summary).toMatchObject({ missing: ["DB_PASSWORD"], ports: [80], others: 0 });
  expect(summary.obstacles.map(({ variable: name, port }) => [name, port])).toEqual([
    ["DB_PASSWORD", undefined],
    ["WEB_PORT", 80],
  ]);
});

test("a missing value that nobody reported is an obstacle all the same", () => {
  const summary = summarise(project({ variables: [variable("A", { missing: true, requiredFor: ["db"] })] }));
  expect(summary.obstacles).toMatchObject([{ variable: "A", stack: "db", finding: { severity: "error" } }]);
});

test("a refused file counts as something to look at, a remark does not", () => {
  const file = { code: "file_refused", severity: "error", message: "", params: {} } as const;
  const remark = { code: "nothing_to_run", severity: "info", message: "", params: {} } as const;
  expect(summarise(project({ findings: [remark, file] }))).toMatchObject({
    others: 1,
    obstacles: [{ finding: file }, { finding: remark }],
  });
});
