import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { kernelLacksBalancing } from "../../../../stacks/targets/swarm/kernel.ts";
import { sealFiles, unsealFiles, withFiles } from "../../../../stacks/targets/swarm/file-objects.ts";
import { ResolvedConfig } from "../../../../stacks/targets/swarm/stack-file.ts";
import { checkDeployable } from "../../../../stacks/targets/swarm/swarm-preflight.ts";
import { makeScratch } from "../../../support/scratch.ts";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

describe("before a stack is deployed to a swarm", () => {
  const facts = { state: "active", isManager: true, nodes: 1, strangers: [], hasProject: false };
  const check = (
    services: object,
    given: Partial<typeof facts> | { strangers: string[] } = {},
    hasSnapshot = false,
  ) =>
    checkDeployable(
      { ...facts, ...given },
      {
        ...{ stack: "shop", project: "shop", hasSnapshot },
        ...{ root: "/nowhere", ownDir: "/nowhere", releaseDir: "/nowhere/dockfra/r" },
        config: ResolvedConfig.parse({ services }),
      },
    );

  const refusals = (...given: Parameters<typeof check>): string[] =>
    check(...given).obstacles.map(({ message }) => message);
  const codes = (...given: Parameters<typeof check>): string[] =>
    check(...given).obstacles.map(({ code }) => code);

  it("the engine has to be a manager", () => {
    expect(refusals({}, { state: "inactive", isManager: false })).toEqual([
      expect.stringMatching(/docker swarm init$/),
    ]);
    expect(codes({}, { isManager: false })).toEqual(["swarm_not_manager"]);
    expect(codes({})).toEqual([]);
  });

  it("nobody else may have its name", () => {
    expect(refusals({}, { strangers: ["shop_web"] }).join()).toMatch(/docker stack rm shop;/);
    expect(refusals({}, { hasProject: true }).join()).toMatch(/docker compose -p shop down;/);
  });

  it("all that matters has to be known, and the rest is told", () => {
    const { obstacles, leftOut } = check({ web: { privileged: true, container_name: "x" } });
    expect(obstacles).toMatchObject([{ code: "swarm_unsupported", params: { keys: "web.privileged" } }]);
    expect(leftOut).toContain("web.container_name");
    expect(check({ web: { container_name: "x" } })).toEqual({
      obstacles: [],
      leftOut: ["web.container_name"],
    });
  });

  it("other machines have to get the images, and hold no data that is to be kept", () => {
    const built = { web: { build: { context: "." } }, db: { build: { context: "." } } };
    expect(codes(built)).toEqual([]);
    expect(codes(built, { nodes: 2 })).toEqual(["swarm_image_local", "swarm_image_local"]);
    expect(codes({}, {}, true)).toEqual([]);
    expect(codes({}, { nodes: 2 }, true)).toEqual(["swarm_snapshot"]);
  });

  it("what it mounts of the project has to be there", () => {
    const mount = (source: string) =>
      refusals({ web: { volumes: [{ type: "bind", source, target: "/x" }] } });
    expect(mount("/nowhere/data")).toEqual([expect.stringMatching(/mkdir -p \/nowhere\/data$/)]);
    expect(mount("/nowhere/dockfra/r/data")).toEqual([expect.stringMatching(/mkdir -p \/nowhere\/data$/)]);
    expect(mount("/elsewhere")).toEqual([]);
  });

  it("all of it is told at once, the engine first", () => {
    const services = { web: { privileged: true, build: { context: "." } } };
    expect(codes(services, { isManager: false, nodes: 2 })).toEqual([
      ...["swarm_not_manager", "swarm_unsupported", "swarm_image_local"],
    ]);
  });
});

describe("secrets and configs", () => {
  it("are sealed with their content, under a name of it", async () => {
    await using scratch = await makeScratch();
    const file = await scratch.write("word", "first");
    const env = await scratch.write(".env", "WORD=from env\n");
    const config = {
      services: {},
      secrets: {
        a: { name: "shop_a", file },
        b: { name: "shop_b", environment: "WORD" },
        c: { name: "c", external: true },
      },
      configs: { d: { name: `shop_${"d".repeat(80)}`, content: "costs $$5" } },
    };
    const sealed = ResolvedConfig.parse(await sealFiles(config, [env, scratch.path("none")]));
    expect(sealed.secrets["a"]?.name).toMatch(/^shop_a-[0-9a-f]{12}$/);
    expect(sealed.configs["d"]?.name).toHaveLength(64);
    expect(sealed.secrets["c"]).toEqual({ name: "c", external: true });
    writeFileSync(file, "second");
    const again = ResolvedConfig.parse(await sealFiles(config, [env]));
    expect(again.secrets["a"]?.name).not.toBe(sealed.secrets["a"]?.name);
    expect(again.secrets["b"]).toEqual(sealed.secrets["b"]);
    let seen: string[] = [];
    const contents = await withFiles(sealed, (files) => {
      seen = [...files.values()];
      return Promise.resolve(seen.map((path) => readFileSync(path, "utf8")));
    });
    expect(contents).toEqual(["first", "from env", "costs $5"]);
    expect(seen.map((path) => existsSync(path))).toEqual([false, false, false]);
  });

  it("come back with Compose as files, and on a swarm again under the same names", async () => {
    await using scratch = await makeScratch();
    const file = await scratch.write("word", "first");
    const config = {
      services: { web: { image: "a" } },
      secrets: { a: { name: "shop_a", file }, c: { name: "c", external: true } },
      configs: { d: { name: "shop_d", content: "costs $$5" } },
    };
    const sealed = await sealFiles(config, []);
    expect(await sealFiles(sealed, [])).toEqual(sealed);
    writeFileSync(file, "second");
    const unsealed = unsealFiles(sealed, scratch.path("files"));
    const plain = ResolvedConfig.parse(unsealed);
    expect(plain.secrets["c"]).toEqual({ name: "c", external: true });
    expect(plain.configs["d"]?.content).toBeUndefined();
    const contents = [plain.secrets["a"], plain.configs["d"]].map((one) =>
      readFileSync(one?.file ?? "", "utf8"),
    );
    expect(contents).toEqual(["first", "costs $5"]);
    expect(unsealFiles(unsealed, scratch.path("none"))).toBe(unsealed);
    expect(existsSync(scratch.path("none"))).toBe(false);
    expect(await sealFiles(unsealed, [])).toEqual(sealed);
  });

  it("have to have a content", async () => {
    const config = { services: {}, secrets: { a: { name: "shop_a", environment: "NONE" } } };
    await expect(sealFiles(config, [])).rejects.toMatchObject({
      code: "swarm_file_missing",
      params: { lacking: "NONE" },
    });
  });
});

describe("a kernel", () => {
  it.each([
    ["CONFIG_NETFILTER=y\n# CONFIG_IP_VS is not set\n", true],
    ["CONFIG_NETFILTER=y\n", true],
    ["CONFIG_NETFILTER=y\nCONFIG_IP_VS=m\n", false],
    ["CONFIG_NETFILTER=y\nCONFIG_IP_VS=y\n", false],
    ["nothing of a configuration", false],
  ])("that says %j", async (text, lacks) => {
    await using scratch = await makeScratch();
    const file = await scratch.write("config.gz", "");
    writeFileSync(file, gzipSync(text));
    expect(kernelLacksBalancing(file)).toBe(lacks);
    expect(kernelLacksBalancing(scratch.path("none"))).toBe(false);
  });
});
