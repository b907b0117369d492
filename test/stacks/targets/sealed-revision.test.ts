import { describe, expect, it } from "vitest";
import { ComposeProject, type ProjectContainer } from "../../../stacks/targets/compose/compose-project.ts";
import {
  loadComposeState,
  saveComposeState,
  type Revision,
} from "../../../stacks/targets/compose/compose-state.ts";
import { noteParts } from "../../../stacks/targets/compose/sealed-revision.ts";
import { makeScratch } from "../../support/scratch.ts";

describe("what a release's services are made of", () => {
  it("is noted under any name that a service may have", async () => {
    await using scratch = await makeScratch();
    const names = ["__proto__", "constructor", "web"];
    const containers = names.map((service): ProjectContainer => ({
      ...{ id: service, service, image: "kept", imageId: "sha256:1", configHash: service },
      ...{ running: true, serving: true, labels: {} },
    }));
    const revision: Revision = { projectDir: "/x", files: ["/x/compose.yaml"], images: ["kept"], sinceMs: 1 };
    const project = new ComposeProject({ project: "shop", envFiles: [] });
    const current = await noteParts(revision, "one", { projectName: "shop", project, containers });
    saveComposeState(scratch.dir, { version: 1, project: "shop", current, kept: [], outcomes: [] });
    const { parts = {} } = loadComposeState(scratch.dir, "shop").current ?? {};
    expect(Object.entries(parts).map(([name, { configHash }]) => [name, configHash])).toEqual(
      names.map((name) => [name, name]),
    );
    expect(parts["toString"]).toBeUndefined();
  });
});
