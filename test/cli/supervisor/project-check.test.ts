import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkProject, refuseTakenPrefix } from "../../../cli/supervisor/project-check.ts";
import { makeUserProject } from "../host/user-project.ts";

function check(root: string, notes: string[] = []): Promise<void> {
  return checkProject(root, { prefix: "dockfra", gitInit: false, note: (text) => notes.push(text) });
}

test("an empty directory is refused, and so is one that holds our state only", async () => {
  await using project = await makeUserProject();
  await expect(check(project.dir)).rejects.toMatchObject({ code: "root_empty", kind: "invalid_input" });
  await mkdir(project.path("dockfra"));
  await expect(check(project.dir)).rejects.toMatchObject({ code: "root_empty" });
});

test("what a project lacks is said, and keeps nothing from starting", async () => {
  await using project = await makeUserProject();
  await project.write("notes.txt", "1");
  const notes: string[] = [];
  await check(project.dir, notes);
  expect(notes).toEqual([
    expect.stringMatching(/no Compose file and no dockfra.yaml/),
    expect.stringMatching(/no git repository.*dockfra git-init/),
  ]);
});

test.each([
  ["docker-compose.yml", "name: dockfra-app\nservices: { web: { image: nginx } }\n"],
  ["dockfra-management/compose.yaml", "services: { web: { image: nginx } }\n"],
  ["dockfra.yaml", "deploy: { shop: { dir: ., target: compose, project: dockfra-devices } }\n"],
])("a project in %s with the name of one of Dockfra's own asks for another prefix", async (file, text) => {
  await using scratch = await makeUserProject();
  await scratch.write(file, text);
  await expect(check(scratch.dir)).rejects.toMatchObject({
    code: "prefix_is_project",
    message: expect.stringMatching(/^The Compose project "dockfra-.*--prefix dockfra-2$/),
  });
  await refuseTakenPrefix(scratch.dir, "dockfra-2");
  await expect(refuseTakenPrefix(scratch.dir, "dockfra")).rejects.toMatchObject({
    code: "prefix_is_project",
  });
});
