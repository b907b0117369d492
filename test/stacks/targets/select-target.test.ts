import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseProjectFile } from "../../../stacks/project-file/project-file.ts";
import { selectTarget, type SelectOptions } from "../../../stacks/targets/select-target.ts";

const processDeploy = "{command: [node, server.js], url: http://127.0.0.1:8088, health: /health}";

describe("selectTarget", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dockfra-select-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const select = (deploy: string, options: Partial<SelectOptions> = {}, stack = "shop"): string => {
    const project = parseProjectFile(`deploy: {shop: ${deploy}}`);
    return selectTarget(project, stack, {
      root,
      stateDir: join(root, "dockfra"),
      engineAvailable: true,
      ...options,
    }).kind;
  };
  const ranOn = (file: "compose.json" | "runner.json"): void => {
    mkdirSync(join(root, "dockfra", "targets", "shop"), { recursive: true });
    writeFileSync(join(root, "dockfra", "targets", "shop", file), "{}");
  };
  const compose = (dir = root): void => writeFileSync(join(dir, "compose.yaml"), "services: {}");

  it("takes compose where an engine answers and a compose file is there", () => {
    compose();
    expect(select(processDeploy)).toBe("compose");
    expect(select("{url: http://127.0.0.1:1}")).toBe("compose");
  });

  it("takes process without an engine or without a compose file", () => {
    expect(select(processDeploy)).toBe("process");
    compose();
    expect(select(processDeploy, { engineAvailable: false })).toBe("process");
  });

  it("looks for the compose file in the release and in the stack's directory", () => {
    const releaseDir = join(root, "release");
    mkdirSync(join(releaseDir, "app"), { recursive: true });
    compose(join(releaseDir, "app"));
    const deploy = processDeploy.replace("{", "{dir: app, ");
    expect(select(deploy, { releaseDir })).toBe("compose");
    expect(select(deploy)).toBe("process");
    expect(select(deploy.replace("{", "{files: [other.yml], "), { releaseDir })).toBe("process");
  });

  it("takes the target that the file names", () => {
    compose();
    expect(select(processDeploy.replace("{", "{target: process, "))).toBe("process");
    expect(select("{target: compose, url: http://127.0.0.1:1}")).toBe("compose");
    expect(select("{target: swarm, url: http://127.0.0.1:1}")).toBe("swarm");
    const elsewhere = "{target: swarm, url: http://127.0.0.1:1, host: far, user: me}";
    expect(select(elsewhere, { engineAvailable: false })).toBe("swarm");
    expect(() => select(elsewhere.replace(", user: me", ""))).toThrow(
      expect.objectContaining({ code: "no_target" }),
    );
    expect(() => select("{target: compose, url: http://127.0.0.1:1}", { engineAvailable: false })).toThrow(
      expect.objectContaining({ code: "engine_unreachable", retryable: true }),
    );
  });

  it("stays with the target that a stack ran on", () => {
    compose();
    ranOn("runner.json");
    expect(select(processDeploy)).toBe("process");
    ranOn("compose.json");
    expect(select(processDeploy)).toBe("compose");
    expect(() => select(processDeploy, { engineAvailable: false })).toThrow(
      expect.objectContaining({ code: "engine_unreachable" }),
    );
  });

  it.each<[string, string, string]>([
    ["nothing is configured", "{url: http://127.0.0.1:1}", "no compose file"],
    ["a compose stack has no url", "{target: compose}", '"url"'],
  ])("says what to add where %s", (_name, deploy, why) => {
    expect(() => select(deploy)).toThrow(
      expect.objectContaining({
        code: "no_target",
        kind: "not_found",
        message: expect.stringMatching(new RegExp(`${why}.*Add to dockfra\\.yaml`)) as string,
      }),
    );
  });

  it("says that an engine is missing where only compose would do", () => {
    compose();
    expect(() => select("{url: http://127.0.0.1:1}", { engineAvailable: false })).toThrow(
      "no Docker engine answers",
    );
  });

  it("refuses stacks it does not know and names that are none", () => {
    expect(() => select(processDeploy, {}, "web")).toThrow(expect.objectContaining({ code: "no_target" }));
    for (const name of ["../x", "", "A", "constructor/", "__proto__"])
      expect(() => select(processDeploy, {}, name)).toThrow(
        expect.objectContaining({ code: "stack_name_invalid" }),
      );
    expect(() => select(processDeploy, {}, "constructor")).toThrow(
      expect.objectContaining({ code: "no_target" }),
    );
  });

  it("refuses a public address that a process cannot have", () => {
    expect(() => select(processDeploy.replace("http://127.0.0.1:8088", "https://shop.example"))).toThrow(
      expect.objectContaining({ code: "url_invalid" }),
    );
  });
});
