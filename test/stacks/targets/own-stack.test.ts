import { expect, test } from "vitest";
import { readOwnStack } from "../../../stacks/targets/own-stack.ts";
import { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import { makeScratch } from "../../support/scratch.ts";

test("a stack is named, and its files and profiles chosen, as a launch does it", async () => {
  await using scratch = await makeScratch();
  const { dir: root } = scratch;
  const stateDir = scratch.path("dockfra");
  const read = (text: object = {}, environment = {}) => {
    const file = ProjectFile.parse({ deploy: { shop: { dir: "app", url: "http://127.0.0.1:9" } }, ...text });
    return readOwnStack(file, file.deploy["shop"] ?? { dir: "." }, { root, stateDir }, environment);
  };
  expect(read()).toMatchObject({ project: "app", profiles: [], envFiles: [scratch.path("app/.env")] });
  await scratch.write("app/compose.yml", "name: ${NAME:-from-file}\nservices: {web: {image: busybox}}\n");
  expect(read().project).toBe("from-file");
  await scratch.write("app/.env", "COMPOSE_PROJECT_NAME=given\nCOMPOSE_PROFILES=one\n");
  await scratch.write("dockfra/.env", "ENVIRONMENT=production\n");
  expect(read({ stacks: { shop: { dir: "app", profiles: ["two"] } } })).toMatchObject({
    project: "given",
    profiles: ["one", "two"],
    sayings: { environment: "production" },
  });
  expect(read({}, { ENVIRONMENT: "local", COMPOSE_PROFILES: "three" })).toMatchObject({
    profiles: ["three"],
    sayings: { environment: "local", settings: [] },
  });
  const files = ["compose.yml"];
  const deploy = { shop: { dir: "app", files, project: "mine", url: "http://127.0.0.1:9" } };
  expect(read({ deploy, stacks: { shop: { dir: "app", profiles: ["two"] } } })).toMatchObject({
    project: "mine",
    sayings: { settings: [{ dir: "app", files, profiles: ["two"] }] },
  });
  const uses = "services: {web: {image: 'x:${A:-0}${B:-0}${C:-0}'}}\n";
  await scratch.write("app/compose.yml", uses);
  await scratch.write("app/.env", "B=own\n");
  const env = Object.fromEntries(["A", "B", "C", "D"].map((name) => [name, { default: "said" }]));
  expect(read({ env }, { C: "given", D: "given" }).values).toEqual({ A: "said", C: "given" });
  await scratch.write("app/compose.yml", "services: [broken");
  await scratch.write("app/.env", "");
  expect(read().project).toBe("app");
});
