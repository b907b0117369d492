import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ComposeConfig, composeOverride } from "../../../stacks/targets/compose/override.ts";

describe("composeOverride", () => {
  let releaseDir: string;
  beforeEach(async () => {
    releaseDir = await mkdtemp(join(tmpdir(), "dockfra-override-"));
  });
  afterEach(() => rm(releaseDir, { recursive: true, force: true }));

  const override = (
    services: Record<string, unknown>,
  ): { services: Record<string, unknown>; images: string[]; labelled: string[] } => {
    const options = { project: "shop", commandId: "c$1", releaseId: "R1", releaseDir, ownDir: "/own/$shop" };
    const { text, images, labelled } = composeOverride(ComposeConfig.parse({ services }), options);
    return { ...(JSON.parse(text) as { services: Record<string, unknown> }), images, labelled };
  };
  const labels = { "dockfra.command": "c$$1", "dockfra.release": "R1" };

  it("tags and labels what is built, and leaves the rest alone", () => {
    const result = override({ web: { build: { context: "." } }, db: { image: "redis:7", build: null } });
    expect(result.services).toEqual({ web: { labels, image: "shop-web:r1" } });
    expect(result.images).toEqual(["shop-web:r1"]);
    expect(result.labelled).toEqual(["web"]);
  });

  it("labels everything where nothing is built", () => {
    expect(override({ web: { image: "nginx" }, db: { image: "redis" } })).toEqual({
      services: { web: { labels }, db: { labels } },
      images: [],
      labelled: ["web", "db"],
    });
  });

  it("keeps the name of a built image that another service runs by its name", () => {
    const result = override({
      web: { build: {}, image: "shop" },
      worker: { image: "shop" },
      own: { build: {}, image: "own" },
    });
    expect(result.services["web"]).toEqual({ labels });
    expect(result.services["own"]).toEqual({ labels, image: "shop-own:r1" });
  });

  it("moves mounts that the release does not carry to the stack's own directory", () => {
    mkdirSync(join(releaseDir, "code"));
    const mount = (source: string): Record<string, unknown> => ({
      type: "bind",
      source,
      target: `/x/${source}`,
      read_only: true,
    });
    const volumes = [
      mount(join(releaseDir, "code")),
      mount(join(releaseDir, "data/db")),
      mount("/etc/hosts"),
      { type: "volume", source: "named", target: "/v" },
    ];
    expect(override({ web: { image: "a", volumes } }).services["web"]).toEqual({
      labels,
      volumes: [{ ...mount(join(releaseDir, "data/db")), source: "/own/$$shop/data/db" }],
    });
  });
});
