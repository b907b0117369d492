import { describe, expect, test } from "vitest";
import type { EngineFacts, PreflightFacts, StackFacts } from "../../../stacks/preflight/facts.ts";
import { judgeRefusal, toRemote } from "../../../stacks/preflight/gather/image-look.ts";
import { parseContainerRows } from "../../../stacks/preflight/gather/engine-look.ts";
import { fewAtOnce } from "../../../stacks/processes/few-at-once.ts";
import { lookAtPlaces } from "../../../stacks/preflight/gather/place-look.ts";
import { overlaps } from "../../../stacks/diagnose/subnets.ts";
import { findObstacles } from "../../../stacks/preflight/preflight.ts";
import { ResolvedModel } from "../../../stacks/preflight/resolved-model.ts";
import { isOlder } from "../../../stacks/preflight/rules/engine.ts";

const engine: EngineFacts = {
  ...{ version: "24.0.7", composeVersion: "v2.19.1", platform: "linux/amd64", emulated: [] },
  ...{ containers: [], networks: [], volumes: [] },
};

function stack(services: Record<string, unknown>, rest: object = {}): StackFacts {
  return {
    name: "shop",
    place: { project: "shop", dir: "/srv/shop", files: [], envFiles: [], profiles: [] },
    model: ResolvedModel.parse({ name: "shop", services, ...rest }),
    missing: [],
  };
}

function facts(one: StackFacts, more: Partial<PreflightFacts> = {}): PreflightFacts {
  return {
    ...{ root: "/srv", stateDir: "/srv/dockfra", engine, stacks: [one], made: new Set(), routes: [] },
    ...{ variables: new Map(), ports: new Map(), paths: new Map(), images: new Map() },
    ...more,
  };
}

const codes = (of: PreflightFacts) => findObstacles(of).map(({ code, params }) => [code, params["feature"]]);

describe("versions", () => {
  test("what the files use is held against the engine and Compose", () => {
    const services = {
      web: {
        develop: { watch: [{ path: ".", action: "rebuild" }] },
        healthcheck: { start_interval: "1s" },
        volumes: [
          { type: "image", source: "x", target: "/x" },
          { type: "volume", source: "d", target: "/d", volume: { subpath: "a" } },
        ],
        networks: { n: { gw_priority: 1 } },
        gpus: [],
        post_start: null,
      },
    };
    expect(codes(facts(stack(services)))).toEqual([
      ["compose_too_old", "develop"],
      ["compose_too_old", "healthcheck.start_interval"],
      ["engine_too_old", "healthcheck.start_interval"],
      ["compose_too_old", "volumes.subpath"],
      ["engine_too_old", "volumes.subpath"],
      ["compose_too_old", "volumes.type: image"],
      ["engine_too_old", "volumes.type: image"],
      ["compose_too_old", "networks.gw_priority"],
      ["engine_too_old", "networks.gw_priority"],
    ]);
    const newest = { ...engine, version: "29.1.0", composeVersion: "2.40.3" };
    expect(codes(facts(stack(services), { engine: newest }))).toEqual([]);
  });

  test.each([
    ["28.5.2+dfsg4", "28.0.0", false],
    ["28.0.0", "28.1.0", true],
    ["v2.9.0", "2.20.0", true],
    ["2.20", "2.20.0", false],
    ["dev", "2.20.0", false],
  ])("%s is older than %s: %s", (has, needs, older) => expect(isOlder(has, needs)).toBe(older));
});

test("a stack is not in the way of itself, also between two starts of a loop", () => {
  const one = stack({ web: { image: "x", ports: [{ target: 80, published: "8080", protocol: "tcp" }] } });
  const ports = new Map([[8_080, { port: 8_080, free: false, holder: "docker-proxy" }]]);
  const codesWith = (own: object) => {
    const container = { name: "shop-web-1", project: "shop", running: false, ports: [], ...own };
    return codes(facts(one, { ports, engine: { ...engine, containers: [container] } })).map(([code]) => code);
  };
  expect(codesWith({})).toEqual(["port_in_use"]);
  expect(codesWith({ restarting: true })).toEqual([]);
  expect(codesWith({ ports: [{ port: 8_080, protocol: "tcp", address: "0.0.0.0" }] })).toEqual([]);
});

describe("room and routes", () => {
  test("images to pull are reckoned with", () => {
    const disk = { path: "/var/lib/docker", freeBytes: 5_000_000_000, totalBytes: 10_000_000_000 };
    const remote = (sizeBytes: number) =>
      new Map([["x", { is: "remote", platforms: [], sizeBytes } as const]]);
    const look = (sizeBytes: number) => findObstacles(facts(stack({}), { disk, images: remote(sizeBytes) }));
    expect(look(100_000_000)).toEqual([]);
    expect(look(1_500_000_000)).toMatchObject([
      { code: "disk_low", severity: "warning", params: { needed: 3_750 } },
    ]);
    expect(look(2_000_000_000)).toMatchObject([{ code: "disk_full", severity: "error" }]);
  });

  test("a network must not take the addresses of this machine's own", () => {
    const networks = { n: { name: "shop_n", ipam: { config: [{ subnet: "192.0.2.128/25" }] } } };
    const routes = [{ subnet: "192.0.2.0/24", device: "eth0" }];
    const found = findObstacles(facts(stack({}, { networks }), { routes }));
    expect(found).toMatchObject([
      { code: "network_overlap", params: { other: "192.0.2.0/24 on eth0 of this machine" } },
    ]);
    expect(found[0]?.fixes).toHaveLength(1);
    const there = { ...engine, networks: [{ name: "shop_n", subnets: ["192.0.2.128/25"] }] };
    expect(findObstacles(facts(stack({}, { networks }), { routes, engine: there }))).toEqual([]);
  });
});

describe("subnets", () => {
  test.each([
    ["10.0.0.0/8", "10.9.0.0/16", true],
    ["10.0.0.0/16", "10.1.0.0/16", false],
    ["fd00:1::/48", "fd00:1:0:5::/64", true],
    ["fd00:1:0:5::/64", "fd00:1::/48", true],
    ["fd00:1::/48", "fd00:2::/48", false],
    ["10.0.0.0/8", "fd00::/8", false],
    ["fd00::/200", "fd00::/8", false],
    ["nonsense", "fd00::/8", false],
  ])("%s and %s share addresses: %s", (a, b, shared) => expect(overlaps(a, b)).toBe(shared));
});

test("a few are worked on at once, and come back in order", async () => {
  let [now, most] = [0, 0];
  const found = await fewAtOnce([5, 1, 3, 2, 4], 2, async (ms) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, ms));
    now--;
    return ms;
  });
  expect(found).toEqual([5, 1, 3, 2, 4]);
  expect(most).toBe(2);
});

test("in a container only what is mounted there is looked at", () => {
  const model = ResolvedModel.parse({
    services: {
      web: {
        volumes: ["/etc/nope-x", "/tmp/nope-y"].map((source) => ({ type: "bind", source, target: "/d" })),
      },
    },
  });
  expect([...lookAtPlaces([model], ["/tmp"]).keys()].filter((path) => !path.includes("y."))).toEqual([
    "/tmp/nope-y",
  ]);
  expect(lookAtPlaces([model]).has("/etc/nope-x")).toBe(true);
});

describe("what programs write is read", () => {
  test("ports of containers, ranges and addresses too", () => {
    const row = {
      ...{ Names: "a,b", State: "running", Labels: "x=y,com.docker.compose.project=shop,z=1" },
      Ports: "0.0.0.0:8080-8081->80-81/tcp, [::]:8080-8081->80-81/tcp, 127.0.0.1:53->53/udp, 9000/tcp",
    };
    const [container] = parseContainerRows(`${JSON.stringify(row)}\n`);
    expect(container).toMatchObject({ name: "a", project: "shop", running: true });
    expect(container?.ports).toEqual([
      { port: 8_080, protocol: "tcp", address: "0.0.0.0" },
      { port: 8_081, protocol: "tcp", address: "0.0.0.0" },
      { port: 8_080, protocol: "tcp", address: "[::]" },
      { port: 8_081, protocol: "tcp", address: "[::]" },
      { port: 53, protocol: "udp", address: "127.0.0.1" },
    ]);
  });

  test("what a registry says", () => {
    expect(judgeRefusal("no such manifest: docker.io/library/x:1").is).toBe("unknown");
    expect(judgeRefusal("unauthorized: authentication required").is).toBe("denied");
    expect(
      judgeRefusal('error pinging v2 registry: Get "https://x/v2/": dial tcp: lookup x: no such host'),
    ).toEqual({ is: "unreachable", reason: "dial tcp: lookup x: no such host" });
    const entry = (architecture: string, size: number, variant?: string) => ({
      Descriptor: { platform: { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) } },
      OCIManifest: { layers: [{ size }, { size: 1 }] },
    });
    const list = JSON.stringify([entry("amd64", 10), entry("arm64", 20, "v8"), entry("unknown", 5)]);
    expect(toRemote(list, "linux/arm64")).toEqual({
      ...{ is: "remote", sizeBytes: 21 },
      platforms: ["linux/amd64", "linux/arm64/v8", "linux/unknown"],
    });
    expect(toRemote(JSON.stringify(entry("amd64", 10)), "linux/amd64")).toMatchObject({ sizeBytes: 11 });
    expect(toRemote('{"odd":1}', "linux/amd64")).toMatchObject({ is: "remote", platforms: [], sizeBytes: 0 });
  });
});
