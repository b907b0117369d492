import { describe, expect, test } from "vitest";
import { countPorts, planPreview } from "../../../stacks/previews/preview-compose.ts";
import { parseBytes, shareMemory } from "../../../stacks/previews/preview-memory.ts";
import { PreviewSource } from "../../../stacks/previews/preview-model.ts";
import { previewProject } from "../../../stacks/previews/preview-name.ts";
import type { PlaceKind } from "../../../stacks/previews/preview-mounts.ts";

const placeOf = (path: string): PlaceKind =>
  path.startsWith("/tree/data")
    ? "data"
    : path.startsWith("/tree")
      ? "own"
      : path === "/etc/localtime"
        ? "readable"
        : "outside";
const plan = (services: Record<string, unknown>, more: Record<string, unknown> = {}) => {
  const planned = planPreview(PreviewSource.parse({ services, ...more }), {
    ...{ project: "shop-t0001", commit: "abcdef012345", labels: { "dockfra.preview": "T-0001" }, placeOf },
    ...{ memoryBytes: 300 * 1_048_576, ports: [20_001, 20_002, 20_003] },
  });
  const file = JSON.parse(planned.text) as { services: Record<string, Record<string, unknown>> } & Record<
    string,
    unknown
  >;
  return { ...planned, file };
};

describe("a preview's Compose file", () => {
  test("gives each port one of its own on loopback, and remembers which it stands for", () => {
    const { file, ports } = plan({
      web: {
        image: "web",
        ports: [
          { target: 80, published: "8080" },
          { target: 53, protocol: "udp" },
        ],
      },
      api: { image: "api", ports: [{ target: 80, published: "9000", host_ip: "0.0.0.0" }] },
    });
    expect(file.services["web"]?.["ports"]).toEqual([
      { target: 80, published: "20001", protocol: "tcp", host_ip: "127.0.0.1" },
      { target: 53, published: "20002", protocol: "udp", host_ip: "127.0.0.1" },
    ]);
    expect(ports.map(({ service, stands, published }) => [service, stands, published])).toEqual([
      ["web", "8080", 20_001],
      ["web", undefined, 20_002],
      ["api", "9000", 20_003],
    ]);
    expect(countPorts(PreviewSource.parse({ services: { a: { ports: [{ target: 1 }] }, b: {} } }))).toBe(1);
  });

  test("tags what it builds with a name of its own, for all services that use it", () => {
    const { file } = plan({
      web: { image: "shop:latest", build: { context: "/tree" } },
      worker: { image: "shop:latest" },
      db: { image: "postgres:16" },
    });
    const images = Object.values(file.services).map(({ image }) => image);
    expect(images).toEqual(["shop-t0001-web:abcdef012345", "shop-t0001-web:abcdef012345", "postgres:16"]);
  });

  test("keeps nothing that names, reaches or steers something outside", () => {
    const risky = {
      ...{
        image: "web",
        container_name: "web",
        privileged: true,
        pid: "host",
        ipc: "host",
        network_mode: "host",
      },
      ...{
        cap_add: ["ALL"],
        devices: ["/dev/sda"],
        security_opt: ["seccomp:unconfined"],
        userns_mode: "host",
      },
      ...{
        volumes_from: ["container:other"],
        cgroup_parent: "/",
        runtime: "other",
        group_add: ["docker"],
        gpus: "all",
      },
      ...{
        labels: { "traefik.enable": "true" },
        sysctls: { "kernel.x": "1" },
        post_start: [{ command: ["x"], privileged: true }],
      },
      ...{
        logging: { driver: "syslog" },
        use_api_socket: true,
        annotations: { a: "b" },
        future_key: { a: 1 },
      },
    };
    const { file, leftOut } = plan({ web: risky }, { volumes: { v: { driver_opts: { o: "bind" } } } });
    expect(Object.keys(file.services["web"] ?? {}).toSorted()).toEqual([
      ...["image", "labels", "mem_limit", "memswap_limit", "pids_limit", "security_opt"],
    ]);
    expect(file.services["web"]).toMatchObject({
      security_opt: ["no-new-privileges:true"],
      labels: { "dockfra.preview": "T-0001" },
    });
    expect(leftOut).toEqual(
      expect.arrayContaining(["web: privileged", "web: network_mode", "web: future_key"]),
    );
    expect(leftOut.join(" ")).not.toMatch(/labels|container_name|logging/);
  });

  test("has volumes of its own for data, its own files as they are, and no others", () => {
    const bind = (source: string, more = {}) => ({ type: "bind", source, target: `/in${source}`, ...more });
    const { file, data, leftOut } = plan(
      {
        web: {
          volumes: [
            ...[
              bind("/tree/conf", { read_only: true }),
              bind("/tree/data"),
              bind("/etc/localtime"),
              bind("/srv/else"),
            ],
            ...[
              { type: "volume", source: "v", target: "/v" },
              { type: "volume", target: "/anonymous" },
            ],
            ...[
              { type: "tmpfs", target: "/t" },
              { type: "npipe", source: "x", target: "/pipe" },
            ],
          ],
        },
        other: { volumes: [bind("/tree/data")] },
      },
      { volumes: { v: { external: true, name: "live" } } },
    );
    const mounts = file.services["web"]?.["volumes"] as Record<string, unknown>[];
    expect(mounts.map(({ type, target, read_only: readOnly }) => [type, target, readOnly])).toEqual([
      ...[
        ["bind", "/in/tree/conf", true],
        ["volume", "/in/tree/data", undefined],
        ["bind", "/in/etc/localtime", true],
      ],
      ...[
        ["volume", "/v", undefined],
        ["volume", "/anonymous", undefined],
        ["tmpfs", "/t", undefined],
      ],
    ]);
    expect(new Set(data.map(({ volume }) => volume)).size).toBe(2);
    expect(file["volumes"]).toEqual(
      Object.fromEntries(
        [...new Set(data.map(({ volume }) => volume))].map((name) => [
          name,
          { labels: { "dockfra.preview": "T-0001" } },
        ]),
      ),
    );
    expect(leftOut).toEqual(["web: mount /srv/else", "web: mount /pipe (npipe)"]);
  });

  test("joins networks of its own, without fixed addresses", () => {
    const { file } = plan(
      { web: { networks: { live: { aliases: ["shop"], ipv4_address: "10.0.0.9" }, back: null } } },
      {
        networks: { live: { external: true, name: "live" }, back: { internal: true, ipam: { config: [] } } },
      },
    );
    const labels = { "dockfra.preview": "T-0001" };
    expect(file.services["web"]?.["networks"]).toEqual({ live: { aliases: ["shop"] }, back: {} });
    expect(file["networks"]).toEqual({
      default: { labels },
      live: { labels },
      back: { labels, internal: true },
    });
  });

  test("takes secrets from its own files only", () => {
    const { file, leftOut } = plan(
      { web: { secrets: [{ source: "own" }, { source: "theirs" }, { source: "live" }] } },
      { secrets: { own: { file: "/tree/s" }, theirs: { file: "/etc/shadow" }, live: { external: true } } },
    );
    expect(file.services["web"]?.["secrets"]).toEqual([{ source: "own" }]);
    expect(file["secrets"]).toEqual({ own: { file: "/tree/s" } });
    expect(leftOut).toEqual(["secrets theirs", "secrets live"]);
  });

  test("builds from its own files only", () => {
    for (const build of [{ context: "/etc" }, { context: "/tree", dockerfile: "../../etc/Dockerfile" }])
      expect(() => plan({ web: { build } })).toThrow(
        expect.objectContaining({ code: "preview_reads_outside" }),
      );
    const contexts = { base: "docker-image://busybox", theirs: "/etc" };
    const { file } = plan({
      web: { build: { context: "/tree", additional_contexts: contexts, ssh: ["default"], network: "host" } },
    });
    expect(file.services["web"]?.["build"]).toEqual({
      ...{ context: "/tree", additional_contexts: { base: "docker-image://busybox" } },
      labels: { "dockfra.preview": "T-0001" },
    });
  });
});

test("memory is shared evenly, and what one leaves the others get", () => {
  expect([...shareMemory(300, new Map([["a", undefined]]))]).toEqual([["a", 6 * 1_048_576]]);
  const shares = shareMemory(
    900_000_000,
    new Map([
      ["a", undefined],
      ["b", 100_000_000],
      ["c", 800_000_000],
    ]),
  );
  expect(Object.fromEntries(shares)).toEqual({ a: 400_000_000, b: 100_000_000, c: 400_000_000 });
  expect([
    parseBytes("64m"),
    parseBytes("1.5G"),
    parseBytes(1_024),
    parseBytes("52428800"),
    parseBytes("lots"),
    parseBytes(undefined),
  ]).toEqual([...[67_108_864, 1_610_612_736, 1_024, 52_428_800, undefined, undefined]]);
});

test("a preview's project is named after the stack and the ticket, within what Compose allows", () => {
  expect(previewProject("shop", "T-0001")).toBe("shop-t0001");
  const long = previewProject("s".repeat(63), "T-123456789");
  expect(long).toHaveLength(63);
  expect(long).not.toBe(previewProject(`${"s".repeat(62)}x`, "T-123456789"));
});
