import { expect, test } from "vitest";
import { placeTicket } from "../../../agents/manager/placement.ts";
import { priorityOf } from "../../../agents/manager/priority.ts";
import { checksOf, titleOf, uniqueChecks } from "../../../agents/manager/ticket-text.ts";
import type { Facts } from "../../../agents/runtime/project.ts";
import { briefOf } from "../../integration/agents/crew.ts";

test.each([
  ["Fix the total", "# Another", "Fix the total"],
  ["Untitled", "intro\n\n## The total is wrong\n", "The total is wrong"],
  ["todo", "The total is wrong.\nMore.", "The total is wrong."],
  ["...", "```diff\n# not this\n```\n\n# This", "This"],
  ["  two\nlines\u202e ", "", "two lines"],
  ["Untitled", "", "Untitled"],
])("the title of %j and %j is %j", (title, description, expected) => {
  expect(titleOf(title, description)).toBe(expected);
});

test.each([
  ["The site is down since noon", "normal", "critical"],
  ["Outage of the shop", "low", "critical"],
  ["The page crashes on Safari", "normal", "high"],
  ["A security header is missing", "normal", "high"],
  ["A crash, but nobody sees it", "critical", "critical"],
  ["Nicer colours", "low", "low"],
  ["A crash course in cooking", "normal", "high"],
  ["Scrash and outages", "normal", "normal"],
] as const)("%j given as %s is %s", (text, given, expected) => {
  expect(priorityOf(text, given)).toBe(expected);
});

test("checks are read from their blocks, lists and comments too", () => {
  const text =
    'GET /not-this\n\n```checks\n- GET / contains "a"\n# why\n\nlog lacks "Error"\n```\n```diff\n-GET /\n```\n```checks\nGET /health -> 200\n```\n';
  expect(checksOf(text)).toEqual([
    { kind: "http", path: "/", contains: "a" },
    { kind: "log", lacks: "Error" },
    { kind: "http", path: "/health", status: 200 },
  ]);
});

test("a check that cannot be read, or one too many, is refused", () => {
  expect(() => checksOf("```checks\nrm -rf /\n```\n")).toThrow(/In the ticket's checks: .*rm -rf/);
  expect(() => checksOf(`\`\`\`checks\n${"GET /\n".repeat(51)}\`\`\`\n`)).toThrow(/51 checks/);
});

test("each check is there once", () => {
  const [check] = checksOf("```checks\nGET / -> 200\n```");
  if (!check) throw new Error("no check");
  expect(
    uniqueChecks(
      [check],
      [
        { status: 200, path: "/", kind: "http" },
        { kind: "log", lacks: "x" },
      ],
    ),
  ).toHaveLength(2);
});

function factsOf(repos: readonly string[], stacks: readonly Partial<Facts["stacks"][number]>[] = []): Facts {
  return {
    root: "/srv/shop",
    runtime: "process",
    repos: repos.map((name) => ({ name, dir: `/srv/shop/${name}`, baseBranch: "main" })),
    stacks: stacks.map((stack) => ({
      name: "web",
      dir: "/srv/shop/web",
      files: [],
      deployable: true,
      ...stack,
    })),
    checks: [],
    problems: [],
  };
}
const nowhere = (({ repo: _repo, ...rest }) => rest)(briefOf(""));

test("a project without git gets the command that makes it", () => {
  expect(() => placeTicket(factsOf([]), nowhere)).toThrow(
    '/srv/shop is no git repository, and a ticket\'s work is a branch. Run: git -C /srv/shop init -b main && git -C /srv/shop add -A && git -C /srv/shop commit -m "Start"',
  );
});

test.each([
  ["the only one of both", ["shop"], [{ name: "web", repo: "shop" }], {}, { repo: "shop", stack: "web" }],
  ["a repository without stacks", ["shop"], [], {}, { repo: "shop" }],
  [
    "a stack of another repository does not count",
    ["shop"],
    [{ name: "web", repo: "other" }],
    {},
    { repo: "shop" },
  ],
  [
    "a deployable stack before others",
    ["shop"],
    [
      { name: "db", repo: "shop", deployable: false },
      { name: "web", repo: "shop" },
    ],
    {},
    { repo: "shop", stack: "web" },
  ],
  [
    "the named stack's repository",
    ["shop", "blog"],
    [
      { name: "web", repo: "shop" },
      { name: "log", repo: "blog" },
    ],
    { stack: "log" },
    { repo: "blog", stack: "log" },
  ],
  [
    "the named repository's stack",
    ["shop", "blog"],
    [
      { name: "web", repo: "shop" },
      { name: "log", repo: "blog" },
    ],
    { repo: "blog" },
    { repo: "blog", stack: "log" },
  ],
] as const)("a ticket goes to %s", (_name, repos, stacks, named, expected) => {
  expect(placeTicket(factsOf(repos, stacks), { ...nowhere, ...named })).toEqual(expected);
});

test.each([
  ["repo_unclear", ["shop", "blog"], [], {}, /shop, blog/],
  ["repo_unknown", ["shop"], [], { repo: "blog" }, /"blog".*shop/],
  [
    "stack_unclear",
    ["shop"],
    [
      { name: "web", repo: "shop" },
      { name: "api", repo: "shop" },
    ],
    {},
    /web, api/,
  ],
  ["stack_unknown", ["shop"], [{ name: "web", repo: "shop" }], { stack: "api" }, /"api".*web/],
  [
    "stack_not_in_repo",
    ["shop", "blog"],
    [{ name: "web", repo: "shop" }],
    { repo: "blog", stack: "web" },
    /"web".*"blog"/,
  ],
] as const)("%s names what there is", (code, repos, stacks, named, text) => {
  const place = (): unknown => placeTicket(factsOf(repos, stacks), { ...nowhere, ...named });
  expect(place).toThrow(text);
  expect(place).toThrow(expect.objectContaining({ code }));
});
