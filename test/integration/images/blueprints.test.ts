import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch } from "../../support/scratch.ts";

const blueprints = join(import.meta.dirname, "../../../stacks/blueprints");

const Service = z.object({
  image: z.string(),
  container_name: z.string(),
  labels: z.record(z.string(), z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  restart: z.string(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  pids_limit: z.number(),
  mem_limit: z.string(),
  ulimits: z.object({ nofile: z.object({ soft: z.number(), hard: z.number() }), core: z.unknown() }),
  tmpfs: z.array(z.string()),
  privileged: z.boolean().default(false),
  volumes: z
    .array(
      z.object({
        type: z.string(),
        source: z.string(),
        target: z.string(),
        read_only: z.boolean().default(false),
        bind: z.object({ create_host_path: z.boolean().default(false) }).optional(),
      }),
    )
    .default([]),
  networks: z.record(z.string(), z.unknown()),
  ports: z
    .array(z.object({ host_ip: z.string().optional(), target: z.number(), published: z.string() }))
    .default([]),
});
const Stack = z.object({
  name: z.string(),
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ name: z.string(), external: z.boolean() })),
  volumes: z.record(z.string(), z.object({ name: z.string(), labels: z.record(z.string(), z.string()) })),
});

const variables = {
  DOCKFRA_PREFIX: "myshop",
  DOCKFRA_ROOT: "/srv/my shop",
  DOCKFRA_STATE: "/srv/my shop/dockfra",
  DOCKFRA_SERVERS: "nats://172.20.0.1:41234",
  DOCKFRA_AGENT_UID: "10000",
  DOCKFRA_MONITOR_UID: "0",
  DOCKER_SOCKET: "/run/engine.sock",
};

async function readStack(
  name: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<z.infer<typeof Stack>> {
  await using scratch = await makeScratch();
  const lines = Object.entries({ ...variables, ...changes }).map(([key, value]) => `${key}="${value}"\n`);
  const envFile = await scratch.write("compose.env", lines.join(""));
  const words = [
    "compose",
    "--env-file",
    envFile,
    "--profile",
    "*",
    "--file",
    join(blueprints, name, "docker-compose.yml"),
  ];
  const { stdout } = await execa("docker", [...words, "config", "--format", "json"], {
    env: { PATH: process.env["PATH"] },
    extendEnv: false,
  });
  return Stack.parse(JSON.parse(stdout));
}

describeWithEngine("the blueprints", () => {
  test.for(["management", "app"])(
    "%s: everything is named by the prefix, and says whose it is",
    async (name) => {
      const { services, networks, volumes, ...stack } = await readStack(name);
      expect(stack.name).toBe(`myshop-${name}`);
      for (const [key, service] of Object.entries(services)) {
        expect(service.container_name).toBe(`myshop-${key}`);
        expect(service.labels).toMatchObject({ "dockfra.prefix": "myshop", "dockfra.root": "/srv/my shop" });
      }
      for (const [key, network] of Object.entries(networks))
        expect(network).toEqual({ name: `myshop-${key}`, external: true });
      for (const [key, volume] of Object.entries(volumes)) {
        expect(volume.name).toBe(`myshop-${key}`);
        expect(volume.labels).toMatchObject({ "dockfra.prefix": "myshop" });
      }
    },
  );

  test.for(["management", "app"])(
    "%s: every service is limited, and may as little as it needs",
    async (name) => {
      const { services } = await readStack(name);
      for (const [key, service] of Object.entries(services)) {
        expect({ key, ...service }).toMatchObject({
          restart: "on-failure",
          read_only: true,
          privileged: false,
          cap_drop: ["ALL"],
          cap_add: key.startsWith("ssh-") ? ["SETUID", "SETGID", "KILL"] : [],
          security_opt: ["no-new-privileges:true"],
        });
        expect(service.pids_limit).toBeGreaterThan(0);
        expect(Number(service.mem_limit)).toBeGreaterThan(0);
        // the hard limit of an engine without special rights is often this low
        expect(service.ulimits.nofile.hard).toBeLessThanOrEqual(20_000);
        for (const mount of service.tmpfs) expect(mount).toMatch(/size=\d+[km]/);
        // a directory that the engine makes by itself would be root's
        for (const { type, bind } of service.volumes)
          if (type === "bind") expect(bind?.create_host_path ?? false).toBe(false);
      }
    },
  );

  test.for(["management", "app"])("%s: every port is on loopback", async (name) => {
    const { services } = await readStack(name);
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port.host_ip).toBe("127.0.0.1");
  });

  test("the ports are those of the manual, and each can be moved", async () => {
    const published = async (changes = {}) => {
      const stacks = await Promise.all(["management", "app"].map((name) => readStack(name, changes)));
      return Object.fromEntries(
        stacks.flatMap(({ services }) =>
          Object.entries(services).map(([key, { ports }]) => [
            key,
            ports.map((port) => `${port.published}:${port.target}`),
          ]),
        ),
      );
    };
    expect(await published()).toEqual({
      "ssh-developer": ["2200:2222"],
      "ssh-monitor": ["2201:2222"],
      "ssh-manager": ["2202:2222"],
      "ssh-autopilot": ["2203:2222"],
      desktop: ["6081:6080"],
      nats: ["4222:4222"],
      traefik: ["80:8000", "443:8443"],
    });
    expect(
      await published({ SSH_MANAGER_PORT: "3202", HTTP_PORT: "8080", DESKTOP_PORT: "7081" }),
    ).toMatchObject({
      "ssh-manager": ["3202:2222"],
      traefik: ["8080:8000", "443:8443"],
      desktop: ["7081:6080"],
    });
  });

  test("each role is on the networks that it needs", async () => {
    const stacks = await Promise.all(["management", "app"].map((name) => readStack(name)));
    const networks = Object.fromEntries(
      stacks.flatMap(({ services }) =>
        Object.entries(services).map(([key, service]) => [key, Object.keys(service.networks).toSorted()]),
      ),
    );
    expect(networks).toEqual({
      "ssh-manager": ["mgmt", "shared"],
      "ssh-autopilot": ["mgmt", "shared"],
      "ssh-monitor": ["backend", "proxy", "shared"],
      "ssh-developer": ["backend", "dev", "frontend", "shared"],
      desktop: ["shared"],
      nats: ["shared"],
      traefik: ["proxy"],
    });
  });

  test("the engine's socket and the project are the monitor's alone, the mirror is read-only", async () => {
    const stacks = await Promise.all(["management", "app"].map((name) => readStack(name)));
    const mounts = stacks.flatMap(({ services }) =>
      Object.entries(services).flatMap(([key, { volumes }]) => volumes.map((volume) => ({ key, ...volume }))),
    );
    const of = (source: string) =>
      mounts.filter((mount) => mount.source === source).map(({ key, read_only }) => [key, read_only]);
    expect(of("/run/engine.sock")).toEqual([["ssh-monitor", false]]);
    expect(of("/srv/my shop")).toEqual([["ssh-monitor", true]]);
    expect(of("/srv/my shop/dockfra")).toEqual([]);
    expect(of("/srv/my shop/dockfra/mirror")).toEqual([["ssh-developer", true]]);
    expect(of("/srv/my shop/dockfra/exchange")).toEqual([["ssh-developer", false]]);
    expect(
      mounts.filter(({ target }) => target === "/run/dockfra/role").every((mount) => mount.read_only),
    ).toBe(true);
  });

  test("no variable of the blueprints is a secret, and one that is missing is named", async () => {
    for (const name of ["management", "app"]) {
      const { services } = await readStack(name);
      for (const { environment } of Object.values(services))
        expect(Object.keys(environment).join(" ")).not.toMatch(/PASS|SECRET|TOKEN|KEY|SEED/);
      await expect(readStack(name, { DOCKFRA_PREFIX: "" })).rejects.toThrow(/DOCKFRA_PREFIX/);
    }
  });
});
