import { expect, test } from "vitest";
import { ProjectFacts } from "../../../bus/messages/questions.ts";
import { readProjectFacts } from "../../../cli/host/project-facts.ts";
import { makeUserProject } from "./user-project.ts";

const compose = (name: string): string => `name: ${name}\nservices:\n  web:\n    image: nginx\n`;

test("stacks of Compose files and of dockfra.yaml are joined, each with its repository", async () => {
  await using project = await makeUserProject();
  await project.git(["init", "--quiet", "--initial-branch=main"]);
  await project.write("compose.yaml", compose("other-name"));
  await project.write("db/compose.yaml", compose("db"));
  await project.write(
    "dockfra.yaml",
    "checks:\n  - GET /health -> 200\ndeploy:\n  shop:\n    command: [node, server.js]\n    url: http://127.0.0.1:8088\n    health: /health\n",
  );
  await project.commit("f", "1");
  const facts = await readProjectFacts(project.dir, "process");
  expect(ProjectFacts.parse(facts)).toEqual(facts);
  expect(facts.stacks).toMatchObject([
    { name: "shop", dir: project.dir, files: ["compose.yaml"], deployable: true, repo: facts.repos[0]?.name },
    { name: "db", dir: project.path("db"), files: ["compose.yaml"], deployable: false },
  ]);
  expect(facts.checks).toMatchObject([{ kind: "http", path: "/health", status: 200 }]);
  expect(facts.problems).toEqual([]);
});

test("a broken file is a problem with its place, and the rest still loads", async () => {
  await using project = await makeUserProject();
  await project.write("good/compose.yaml", compose("good"));
  await project.write("bad/compose.yaml", "services:\n  web: [\n");
  await project.write("dockfra.yaml", "deploy: 7\n");
  const facts = await readProjectFacts(project.dir, "process");
  expect(facts.stacks.map(({ name }) => name)).toEqual(["good"]);
  expect(facts.problems.map(({ file }) => file)).toEqual([
    ".",
    expect.stringMatching(/^dockfra\.yaml:1:\d+$/),
    expect.stringMatching(/^bad\/compose\.yaml:\d+:\d+$/),
  ]);
});

test("two stacks of one name: the first counts, the second is a problem", async () => {
  await using project = await makeUserProject();
  await project.write("a/compose.yaml", compose("web"));
  await project.write("b/compose.yaml", compose("web"));
  const facts = await readProjectFacts(project.dir, "process");
  expect(facts.stacks).toMatchObject([{ name: "web", dir: project.path("a") }]);
  expect(facts.problems.at(-1)).toMatchObject({
    file: "b/compose.yaml",
    message: expect.stringContaining('"web"'),
  });
});
