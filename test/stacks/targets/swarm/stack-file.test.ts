import { describe, expect, it } from "vitest";
import { listUncarried, ResolvedConfig, toStackFile } from "../../../../stacks/targets/swarm/stack-file.ts";

interface StackFile {
  readonly services: Record<string, Record<string, unknown>>;
  readonly networks?: Record<string, unknown>;
  readonly volumes?: Record<string, unknown>;
  readonly secrets?: Record<string, unknown>;
}

function convert(config: object, lacksBalancing = false, images = new Map<string, string>()): StackFile {
  const files = new Map([["shop_word-1", "/files/0"]]);
  return toStackFile(ResolvedConfig.parse(config), { lacksBalancing, images, files }) as unknown as StackFile;
}

function web(service: object, lacksBalancing?: boolean): Record<string, unknown> {
  return convert({ services: { web: { image: "web:1", ...service } } }, lacksBalancing).services["web"] ?? {};
}

const keysOf = (service: object, more: object = {}): string[] =>
  listUncarried(ResolvedConfig.parse({ services: { web: service }, ...more })).map(
    ({ key, matters }) => `${matters ? "refused" : "told"} ${key}`,
  );

describe("a stack file", () => {
  it("has what a swarm knows, in its own words", () => {
    expect(
      web({
        command: ["serve", "$$HOME"],
        entrypoint: null,
        environment: { A: "1", B: null, C: "" },
        depends_on: { db: { condition: "service_started", required: true } },
        extra_hosts: ["a=1.2.3.4"],
        ports: [{ mode: "ingress", target: 80, published: "8080", protocol: "tcp" }],
        volumes: [
          { type: "volume", source: "data", target: "/data", read_only: true, volume: {} },
          { type: "bind", source: "/x", target: "/x", read_only: true, bind: { create_host_path: true } },
          { type: "tmpfs", target: "/t", tmpfs: { size: "1024" } },
        ],
        secrets: [{ source: "word", target: "word", mode: "0400" }],
        healthcheck: { test: ["CMD", "true"] },
        build: { context: "." },
        container_name: "mine",
      }),
    ).toMatchObject({
      image: "web:1",
      command: ["serve", "$$HOME"],
      environment: { A: "1", C: "" },
      depends_on: ["db"],
      extra_hosts: ["a:1.2.3.4"],
      ports: [{ target: 80, published: 8080, protocol: "tcp", mode: "ingress" }],
      volumes: [
        { type: "volume", source: "data", target: "/data", read_only: true },
        { type: "bind", source: "/x", target: "/x", read_only: true },
        { type: "tmpfs", target: "/t", tmpfs: { size: 1_024 } },
      ],
      secrets: [{ source: "word", target: "word", mode: 0o400 }],
      healthcheck: { test: ["CMD", "true"] },
      deploy: { update_config: { order: "start-first" } },
    });
    expect(
      Object.keys(web({ build: {}, container_name: "mine", restart: "always", entrypoint: null })),
    ).toEqual(["image", "labels", "deploy"]);
  });

  it("loses no part by its name, and makes none up", () => {
    const text = `{
      "services": {"__proto__": {"image": "a", "secrets": [{"source": "constructor"}], "networks": {"__proto__": null},
        "environment": {"__proto__": "x"}, "depends_on": {"constructor": {"condition": "service_completed_successfully"}}},
        "constructor": {"image": "b", "privileged": true}},
      "networks": {"__proto__": {"name": "n"}}, "volumes": {"__proto__": null},
      "configs": {"__proto__": {"name": "c"}}, "secrets": {"constructor": {"name": "shop_word-1"}}
    }`;
    const config = JSON.parse(text) as object;
    const file = JSON.parse(JSON.stringify(convert(config))) as StackFile;
    for (const part of [file.services, file.networks, (file as { configs?: object }).configs])
      expect(Object.keys(part ?? {})).toContain("__proto__");
    expect(file.secrets).toMatchObject({ constructor: { file: "/files/0" } });
    expect(JSON.stringify(file.services["__proto__"])).toContain('"__proto__":"x"');
    expect(file.services["constructor"]).toMatchObject({
      deploy: { restart_policy: { condition: "on-failure" } },
    });
    const uncarried = listUncarried(ResolvedConfig.parse(config)).map(({ key }) => key);
    expect(uncarried).toEqual(["__proto__.depends_on.constructor", "constructor.privileged"]);
  });

  it.each([
    [undefined, undefined],
    ["always", { condition: "any" }],
    ["unless-stopped", { condition: "any" }],
    ["no", { condition: "none" }],
    ["on-failure", { condition: "on-failure" }],
    ["on-failure:3", { condition: "on-failure", max_attempts: 3 }],
  ])("turns restart %s into a policy", (restart, policy) => {
    const { deploy } = web({ restart }) as { deploy: { restart_policy?: unknown } };
    expect(deploy.restart_policy).toEqual(policy);
  });

  it("leaves the user's own deploy settings", () => {
    const policy = { condition: "none" };
    const { deploy } = web({
      restart: "always",
      scale: 2,
      deploy: {
        replicas: 3,
        restart_policy: policy,
        update_config: { order: "stop-first", parallelism: 2 },
        endpoint_mode: "vip",
        placement: {},
      },
    });
    expect(deploy).toEqual({
      replicas: 3,
      restart_policy: policy,
      update_config: { order: "stop-first", parallelism: 2 },
      endpoint_mode: "vip",
      labels: { "dockfra.stack": "true" },
    });
  });

  it("has limits of both kinds, shares of processors as text", () => {
    const { deploy } = web({
      mem_limit: "1000",
      mem_reservation: "500",
      pids_limit: 10,
      deploy: { resources: { limits: { cpus: 0.5 } } },
    });
    expect(deploy).toMatchObject({
      resources: { limits: { cpus: "0.5", memory: "1000", pids: 10 }, reservations: { memory: "500" } },
    });
  });

  it.each([
    ["a port of the machine", { ports: [{ target: 80, published: "80", mode: "host" }] }],
    ["a volume", { volumes: [{ type: "volume", source: "data", target: "/data" }] }],
    ["a writable directory", { volumes: [{ type: "bind", source: "/x", target: "/x" }] }],
  ])("never runs a service twice that has %s", (_, service) => {
    expect(web(service)).toMatchObject({ deploy: { update_config: { order: "stop-first" } } });
  });

  it("publishes on the machine where nothing could share connections out", () => {
    const ports = [{ target: 80, published: "8080", mode: "ingress" }];
    expect(web({ ports }, true)).toMatchObject({
      ports: [{ mode: "host", published: 8_080 }],
      deploy: { endpoint_mode: "dnsrr", update_config: { order: "stop-first" } },
    });
  });

  it("runs once what others wait for", () => {
    const { services } = convert({
      services: {
        migrate: { image: "web:1" },
        web: { image: "web:1", depends_on: { migrate: { condition: "service_completed_successfully" } } },
      },
    });
    expect(services["migrate"]).toMatchObject({ deploy: { restart_policy: { condition: "on-failure" } } });
  });

  it("has networks of the swarm, and names what is not the stack's own", () => {
    const file = convert({
      services: {
        web: { image: "web:1", networks: { default: { aliases: ["w"], priority: 1 }, other: null } },
        top: { image: "web:1", network_mode: "host" },
      },
      networks: {
        default: {
          name: "shop_default",
          driver: "bridge",
          ipam: { config: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.1" }] },
        },
        other: { name: "other", external: true, ipam: {} },
      },
      volumes: { data: { name: "shop_data" } },
      secrets: { word: { name: "shop_word-1", content: "x" }, out: { name: "out", external: true } },
    });
    expect(file.services["web"]?.["networks"]).toEqual({ default: { aliases: ["w"] }, other: {} });
    expect(file.services["top"]?.["networks"]).toEqual(["host"]);
    expect(file.networks).toEqual({
      default: { name: "shop_default", driver: "overlay", ipam: { config: [{ subnet: "10.1.0.0/24" }] } },
      other: { name: "other", external: true },
      host: { name: "host", external: true },
    });
    expect(file.volumes).toEqual({ data: { name: "shop_data" } });
    expect(file.secrets).toEqual({
      word: { name: "shop_word-1", file: "/files/0" },
      out: { name: "out", external: true },
    });
  });

  it("names images exactly, and tells by a label what changed", () => {
    const label = (image: string, content: string): unknown => {
      const { services } = convert(
        {
          services: { web: { image: "web:1", secrets: [{ source: "word", target: "word" }] } },
          secrets: { word: { name: `shop_word-${content}`, content: "x" } },
        },
        false,
        new Map([["web", image]]),
      );
      expect(services["web"]).toMatchObject({ image, labels: { "dockfra.image": "web:1" } });
      return (services["web"] as { labels: Record<string, string> }).labels["dockfra.settings"];
    };
    expect(label("sha256:1", "a")).toMatch(/^[0-9a-f]{16}$/);
    expect(label("sha256:1", "a")).toBe(label("sha256:1", "a"));
    expect(new Set([label("sha256:1", "a"), label("sha256:2", "a"), label("sha256:1", "b")]).size).toBe(3);
  });
});

describe("what a swarm does not know", () => {
  it("is named, and refused where the app would be another one", () => {
    expect(
      keysOf({
        privileged: true,
        devices: ["/dev/x"],
        network_mode: "service:db",
        security_opt: ["no-new-privileges:true"],
        container_name: "mine",
        shm_size: "100",
        group_add: [],
        "x-mine": 1,
        depends_on: { db: { condition: "service_healthy" }, cache: { condition: "service_started" } },
        networks: { default: { ipv4_address: "10.0.0.5", priority: 3, aliases: ["w"] } },
        volumes: [{ type: "image", source: "x", target: "/x" }],
      }).toSorted(),
    ).toEqual([
      "refused web.devices",
      "refused web.network_mode",
      "refused web.networks.default.ipv4_address",
      "refused web.privileged",
      "refused web.security_opt",
      "refused web.volumes.image",
      "told web.container_name",
      "told web.depends_on.db",
      "told web.networks.default.priority",
      "told web.shm_size",
    ]);
  });

  it.each([
    [{ host_ip: "127.0.0.1", published: "80" }, ["refused web.ports.127.0.0.1:80"]],
    [{ host_ip: "0.0.0.0", published: "80" }, []],
    [{ published: "8000-8010" }, ["refused web.ports.8000-8010"]],
    [{}, []],
  ])("is a port at %j", (port, keys) => {
    expect(keysOf({ ports: [{ target: 80, ...port }] })).toEqual(keys);
  });

  it("is a network's driver", () => {
    const networks = {
      a: { name: "a", driver: "macvlan" },
      b: { name: "b", driver: "bridge" },
      c: { name: "c" },
    };
    expect(keysOf({}, { networks })).toEqual(["refused networks.a.driver", "told networks.b.driver"]);
  });
});
