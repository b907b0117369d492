import { describe, expect, test } from "vitest";
import { isConditionMet, parseLaunchCondition } from "../../../stacks/project-file/launch-condition.ts";
import { parseProjectFile } from "../../../stacks/project-file/project-file.ts";
import { stackSettings } from "../../../stacks/project-file/stack-settings.ts";
import { toComposeEnvironment } from "../../../stacks/project-file/project-reading.ts";

const facts = {
  stacks: ["app", "db"],
  runningStacks: ["app"],
  runningContainers: ["app-web-1"],
  sshRoles: ["developer"],
};

function holds(text: string): boolean | string {
  const read = parseLaunchCondition(text);
  return read.ok ? isConditionMet(read.condition, facts) : read.why;
}

describe("a button's condition", () => {
  test.each([
    ["stack_exists", true],
    ["stack_exists:app", true],
    ["stack_exists:web", false],
    ["stack_running: db", false],
    ["stack_running('app')", true],
    ["stack_running=app", true],
    ["container_running(app-web-1)", true],
    ["container_running:app-web-2", false],
    ["ssh_roles_exist", true],
    ["ssh_roles_exist()", true],
    ["ssh_roles_exist:manager", false],
    ["not stack_running:db", true],
    ["!stack_running:app", false],
    ["stack_exists:db and stack_running:db", false],
    ["stack_running:db or stack_running:app", true],
    ["stack_running:db && stack_running:app || ssh_roles_exist", true],
  ])("%s", (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test.each([
    ["shop", /must be made of stack_exists/],
    ["", /must be made of/],
    ["container_running", /needs the name of a container/],
    ["stack_running:a b", /must be made of/],
    ["stack_running:__proto__ and", /must be made of/],
  ])("%s is no condition", (text, why) => {
    expect(holds(text)).toMatch(why);
  });

  test("may be written as a mapping", () => {
    const file =
      "post_launch: [{label: L, action: a, condition: {stack_running: app, ssh_roles_exist: true}}]\n";
    expect(parseProjectFile(file).post_launch[0]?.condition).toBe("stack_running:app and ssh_roles_exist");
  });
});

test("files that deploy names count for discovery too, each set once", () => {
  const project = parseProjectFile(
    [
      "stacks: {shop: {dir: shop, files: [a.yml, b.yml], profiles: [x]}, all: {profiles: ['*']}}",
      "deploy: {shop: {dir: shop, files: [a.yml, b.yml]}, other: {dir: other, files: [c.yml]}, plain: {dir: plain}}",
      "",
    ].join("\n"),
  );
  expect(stackSettings(project)).toEqual([
    { dir: "shop", files: ["a.yml", "b.yml"], profiles: ["x"] },
    { dir: ".", files: undefined, profiles: ["*"] },
    { dir: "other", files: ["c.yml"], profiles: undefined },
  ]);
});

test.each([
  ["production", "production"],
  [" Prod ", "production"],
  ["local", "local"],
  ["staging", "local"],
  [undefined, "local"],
])("ENVIRONMENT=%s takes the files of %s", (value, expected) => {
  expect(toComposeEnvironment(value)).toBe(expected);
});
