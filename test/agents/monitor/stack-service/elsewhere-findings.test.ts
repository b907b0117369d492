import { expect, test } from "vitest";
import { withoutLaunchOf } from "../../../../agents/monitor/stack-service/elsewhere-findings.ts";
import { lookAhead } from "../../../../agents/monitor/stack-service/preflight.ts";
import type { LaunchStack } from "../../../../agents/monitor/jobs/stack-places.ts";
import { createMemoryBus } from "../../../../bus/memory/bus.ts";
import type { PreflightFinding } from "../../../../stacks/preflight/finding.ts";
import { makeScratch } from "../../../support/scratch.ts";

const launchOf = (stack: string, target?: "swarm" | "process"): LaunchStack => ({
  after: [],
  place: { stack, project: stack, dir: "/x", files: [], envFiles: [], profiles: [], values: {} },
  ...(target ? { elsewhere: { deploy: stack, target } } : {}),
});
const error = (stack: string, code: string): PreflightFinding => ({
  ...{ code, stack, params: {} },
  severity: "error",
});

test("of a stack that is not launched here, only what its deploy looks at is told", () => {
  const launches = [launchOf("shop"), launchOf("crowd", "swarm"), launchOf("lone", "process")];
  const found = launches.flatMap(({ place: { stack } }) => [
    error(stack, "port_in_use"),
    error(stack, "value_missing"),
  ]);
  const tell = (isNamed: boolean) =>
    withoutLaunchOf(found, launches, isNamed).map(({ stack, code, severity }) => [stack, code, severity]);
  const own = [
    ["shop", "port_in_use", "error"],
    ["shop", "value_missing", "error"],
  ];
  expect(tell(true)).toEqual([...own, ["crowd", "value_missing", "error"]]);
  // what keeps it from its deploy keeps nobody from launching the others
  expect(tell(false)).toEqual([...own, ["crowd", "value_missing", "warning"]]);
});

test("a stack that cannot be deployed says so, and what would deploy it", { timeout: 60_000 }, async () => {
  await using scratch = await makeScratch();
  await using bus = createMemoryBus();
  const name = `${
    scratch.dir
      .split("/")
      .at(-1)
      ?.toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "") ?? ""
  }x`;
  await scratch.write("compose.yaml", `name: ${name}\nservices: {web: {image: busybox}}\n`);
  await scratch.write(
    "dockfra.yaml",
    `deploy: {${name}: {target: swarm, host: a.example, url: "http://a"}}\n`,
  );
  const places = { root: scratch.dir, stateDir: scratch.path("dockfra"), prefix: name };
  const look = async (...stacks: string[]) =>
    (await lookAhead({ stacks }, { bus: bus.worker("monitor", "m"), ...places })).filter(({ code }) =>
      ["stack_elsewhere", "no_target"].includes(code),
    );
  const told = { code: "stack_elsewhere", severity: "info", stack: name };
  expect(await look(name)).toMatchObject([{ code: "no_target", severity: "error", stack: name }, told]);
  expect(await look()).toMatchObject([{ code: "no_target", severity: "warning" }, told]);
  expect((await look())[1]?.message).toContain(`dockfra deploy ${name}`);
});
