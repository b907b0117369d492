import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { docker, openBench, type Bench } from "./bench.ts";

const idle = "init: true, image: busybox, command: [sleep, '600']";

describeWithEngine("causes of launches that fail", () => {
  let bench: Bench;
  let listener: Server;

  beforeAll(async () => {
    bench = await openBench();
    listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  });

  afterAll(async () => {
    listener.close();
    await bench[Symbol.asyncDispose]();
  }, 60_000);

  test("a port that a process has moves to a free one, in its variable", async () => {
    const { port } = listener.address() as AddressInfo;
    const stack = await bench.stack(
      "port",
      `services: {a: {${idle}, ports: ["127.0.0.1:\${WEB_PORT:-${port}}:80"]}}`,
      {
        writtenPorts: new Map([["a", [`127.0.0.1:\${WEB_PORT:-${port}}:80`]]]),
        variables: new Map([["WEB_PORT", { secret: false }]]),
      },
    );
    await stack.up();
    const cause = await stack.cause("cause_port_taken_by_process", "a");
    expect(cause.params).toMatchObject({ port, service: "a" });
    const id = await stack.fix(cause, "fix_port_variable");
    const env = stack.path("..", "dockfra", ".env");
    expect(await readFile(env, "utf8")).toMatch(/^WEB_PORT=\d+$/m);
    await stack.undo(id);
    expect(await readFile(env, "utf8")).not.toContain("WEB_PORT");
  }, 60_000);

  test("a port that a container has is told with the container's name, and moves in the override", async () => {
    const holder = `${bench.prefix}-holder`;
    await docker(
      "run",
      "--detach",
      "--init",
      "--name",
      holder,
      "--publish",
      "127.0.0.1::80",
      "busybox",
      "sleep",
      "600",
    );
    const port = /:(\d+)$/m.exec((await docker("port", holder, "80")).stdout)?.[1] ?? "";
    const yaml = `services: {a: {${idle}, ports: ["127.0.0.1:${port}:80"]}}`;
    const stack = await bench.stack("held", yaml);
    try {
      await stack.up();
      const cause = await stack.cause("cause_port_taken_by_container", "a");
      expect(cause.params["holder"]).toBe(holder);
      expect(cause.fixes.find(({ code }) => code === "fix_stop_holder")?.safe).toBe(false);
      await stack.fix(cause, "fix_port_override");
      expect(await readFile(stack.path("compose.yml"), "utf8")).toBe(yaml);
    } finally {
      await docker("rm", "--force", holder);
    }
  }, 60_000);

  test("networks that overlap get a range of their own", async () => {
    const bridge = (
      await docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}")
    ).stdout;
    const stack = await bench.stack(
      "overlap",
      `services: {a: {${idle}}}\nnetworks: {default: {ipam: {config: [{subnet: ${bridge.trim()}}]}}}`,
    );
    await stack.up();
    const cause = await stack.cause("cause_network_overlap");
    expect(cause.params).toMatchObject({ other: "bridge", network: "default" });
    await stack.fix(cause, "fix_network_subnet");
  }, 60_000);

  test("a secret that is missing is made up, and nobody is told", async () => {
    const stack = await bench.stack(
      "variable",
      `services: {a: {${idle}, environment: {X: "\${DB_PASSWORD:?choose one}"}}}`,
      {
        variables: new Map([["DB_PASSWORD", { secret: true }]]),
      },
    );
    await stack.up();
    const cause = await stack.cause("cause_variable_missing");
    expect(cause.params).toEqual({ name: "DB_PASSWORD", why: "choose one" });
    await stack.fix(cause, "fix_secret_generate");
    expect(await readFile(stack.path("..", "dockfra", ".env"), "utf8")).toMatch(/^DB_PASSWORD=\S{20,}$/m);
  }, 60_000);

  test("an env file that is missing is read from its example, or left out", async () => {
    const stack = await bench.stack("envfile", `services: {a: {${idle}, env_file: app.env}}`, {
      files: { "app.env.example": "A=1\n" },
    });
    await stack.up();
    const id = await stack.fix(await stack.cause("cause_env_file_missing"), "fix_env_file_example");
    const env = await docker("inspect", `${stack.place.project}-a-1`, "--format", "{{.Config.Env}}");
    expect(env.stdout).toContain("A=1");
    await stack.undo(id);
    const bare = await bench.stack("noenv", `services: {a: {${idle}, env_file: other.env}}`);
    await bare.fix(await bare.cause("cause_env_file_missing"), "fix_env_file_optional");
  }, 60_000);

  test("a network and a volume that others should have made are made", async () => {
    const [network, volume] = [`${bench.prefix}-net`, `${bench.prefix}-vol`];
    const stack = await bench.stack(
      "external",
      `services: {a: {${idle}, networks: [n], volumes: ["v1:/data"]}}\nnetworks: {n: {external: true, name: ${network}}}\nvolumes: {v1: {external: true, name: ${volume}}}`,
    );
    await stack.up();
    const missing = await stack.causes();
    expect(missing.map(({ code }) => code).toSorted()).toEqual([
      "cause_external_network_missing",
      "cause_external_volume_missing",
    ]);
    try {
      await docker("volume", "create", volume);
      const id = await stack.fix(await stack.cause("cause_external_network_missing"), "fix_network_create");
      await stack.undo(id);
      await docker("compose", "--project-name", stack.place.project, "down", "--timeout", "0");
      await docker("volume", "rm", volume);
      await docker("network", "create", network);
      await stack.fix(await stack.cause("cause_external_volume_missing"), "fix_volume_create");
    } finally {
      await docker("rm", "--force", `${stack.place.project}-a-1`);
      await docker("network", "rm", network);
      await docker("volume", "rm", volume);
    }
  }, 60_000);

  test("a container name that another has is given up", async () => {
    const name = `${bench.prefix}-taken`;
    await docker("run", "--detach", "--init", "--name", name, "busybox", "sleep", "600");
    const stack = await bench.stack("name", `services: {a: {${idle}, container_name: ${name}}}`);
    try {
      await stack.up();
      const cause = await stack.cause("cause_name_taken", "a");
      await stack.fix(cause, "fix_container_name");
    } finally {
      await docker("rm", "--force", name);
    }
  }, 60_000);

  test("a directory that is missing is made", async () => {
    const stack = await bench.stack(
      "bind",
      `services: {a: {${idle}, volumes: [{type: bind, source: ./deep/none, target: /d, bind: {create_host_path: false}}]}}`,
    );
    await stack.up();
    const cause = await stack.cause("cause_bind_source_missing", "a");
    expect(cause.params["path"]).toBe(stack.path("deep", "none"));
    await stack.fix(cause, "fix_directory_create");
  }, 60_000);

  test("a dependency that is not well is named", async () => {
    const stack = await bench.stack(
      "needs",
      `services:
  db: {${idle}, volumes: ["./flag:/flag"], healthcheck: {test: [CMD, ls, /flag/ok], interval: 500ms, retries: 2}}
  a: {${idle}, depends_on: {db: {condition: service_healthy}}}`,
      { files: { "flag/.keep": "" } },
    );
    await stack.up();
    const cause = await stack.cause("cause_dependency_failed", "a");
    expect(cause.params).toMatchObject({ needed: "db", state: "unhealthy" });
    await docker("exec", `${stack.place.project}-db-1`, "touch", "/flag/ok");
    await stack.fix(cause, "fix_start_with_dependency");
  }, 60_000);

  test("a platform that the image does not have is replaced by the engine's", async () => {
    const stack = await bench.stack("platform", `services: {a: {${idle}, platform: linux/s390x}}`);
    await stack.up();
    const cause = await stack.cause("cause_platform_mismatch", "a");
    await stack.fix(cause, "fix_platform");
  }, 60_000);

  test("containers of services that are no more are told, and stopped where asked", async () => {
    const stack = await bench.stack("orphan", `services: {a: {${idle}}, old: {${idle}}}`);
    await stack.up();
    const { writeFile } = await import("node:fs/promises");
    await writeFile(stack.path("compose.yml"), `services: {a: {${idle}}}`);
    const cause = await stack.cause("cause_orphan", "old");
    expect(cause.fixes[0]?.safe).toBe(false);
    const id = await stack.fix(cause, "fix_stop_orphan");
    expect((await stack.causes()).filter(({ code }) => code === "cause_orphan")).toEqual([]);
    await stack.undo(id);
    await stack.cause("cause_orphan", "old");
  }, 60_000);

  describe("what no button can mend is explained", () => {
    test("a build that fails, with its line", async () => {
      const stack = await bench.stack("build", "services: {a: {build: .}}", {
        files: { Dockerfile: "FROM busybox\nRUN echo ok\nRUN no-such-program --x\n" },
      });
      await stack.up();
      const { params, evidence } = await stack.cause("cause_build_failed");
      expect(params).toMatchObject({ place: "Dockerfile:3", line: "RUN no-such-program --x" });
      expect(evidence.some(({ text }) => text.includes("RUN no-such-program"))).toBe(true);
    }, 60_000);

    test.each([
      ["context", "services: {a: {build: ./gone}}", "cause_build_context_missing"],
      ["invalid", "services: {a: {image: busybox, mem_limit: lots}}", "cause_compose_invalid"],
      ["port", 'services: {a: {image: busybox, ports: ["${NO_PORT:-abc}:80"]}}', "cause_compose_invalid"],
      [
        "driver",
        `services: {a: {${idle}, volumes: ["data:/d"]}}\nvolumes: {data: {driver: nosuchdriver}}`,
        "cause_volume_driver_missing",
      ],
    ])(
      "%s",
      async (name, yaml, code) => {
        const stack = await bench.stack(`x${name}`, yaml);
        await stack.up();
        const cause = await stack.cause(code);
        expect(cause.evidence.length).toBeGreaterThan(0);
      },
      60_000,
    );

    test("an image that cannot be had", async () => {
      const stack = await bench.stack("image", `services: {a: {image: "127.0.0.1:1/none:9"}}`);
      await stack.up();
      expect((await stack.cause("cause_registry_unreachable", "a")).params["image"]).toBe(
        "127.0.0.1:1/none:9",
      );
    }, 60_000);
  });
});
