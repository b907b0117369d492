import { expect, test } from "vitest";
import { lookAhead } from "../../../agents/monitor/stack-service/preflight.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makePreflightHouse, oneService } from "./preflight-house.ts";

const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

describeWithEngine("the engine before a launch", () => {
  test("networks whose addresses the engine, this machine or another stack has", async () => {
    await using house = await makePreflightHouse();
    const other = `${house.tag}-other`;
    await house.docker("network", "create", "--subnet", "10.219.7.0/24", other);
    const compose = (name: string, subnet: string) =>
      oneService(
        house.tag + name,
        ["networks: [n]"],
        `networks: { n: { ipam: { config: [{ subnet: ${subnet} }] } } }`,
      );
    await house.scratch.write("a/compose.yaml", compose("a", "10.219.0.0/16"));
    await house.scratch.write("b/compose.yaml", compose("b", "10.220.3.0/24"));
    await house.scratch.write("c/compose.yaml", compose("c", "10.220.0.0/16"));
    const found = (await house.look()).filter(({ code }) => code === "network_overlap");
    expect(found.map(({ stack, params }) => [stack, params["other"]])).toEqual([
      [`${house.tag}a`, `network ${other}`],
      [`${house.tag}c`, `network n of ${house.tag}b`],
    ]);
    for (const one of found) await house.fix(one, "fix_network_subnet");
    expect(codesOf(await house.look())).not.toContain("network_overlap");
  });

  test("networks and volumes that somebody else should have made", async () => {
    await using house = await makePreflightHouse();
    const [network, volume, made] = [`${house.tag}-net`, `${house.tag}-vol`, `${house.tag}-made`];
    await house.scratch.write(
      "a/compose.yaml",
      oneService(
        `${house.tag}a`,
        ["networks: [n, m, s]", "volumes: [data:/v]"],
        `networks: { n: { external: true, name: ${network} }, m: { external: true, name: ${made} }, s: { external: true, name: ${house.tag}-shared } }\nvolumes: { data: { external: true, name: ${volume} } }`,
      ),
    );
    await house.scratch.write(
      "b/compose.yaml",
      oneService(`${house.tag}b`, ["networks: [m]"], `networks: { m: { name: ${made} } }`),
    );
    const findings = await house.look();
    const missing = findings.filter(({ code }) => code.startsWith("external_"));
    expect(missing.map(({ code, params }) => [code, params["network"] ?? params["volume"]])).toEqual([
      ["external_network_missing", network],
      ["external_volume_missing", volume],
    ]);
    expect(
      codesOf(await house.look(`${house.tag}a`)).filter((code) => code === "external_network_missing"),
    ).toHaveLength(2);
    await house.fix(missing[0]!, "fix_network_create");
    const id = await house.fix(missing[1]!, "fix_volume_create");
    expect(codesOf(await house.look()).filter((code) => code.startsWith("external_"))).toEqual([]);
    expect(await house.docker("volume", "ls", "-q", "--filter", `name=${volume}`)).toBe(volume);
    await house.undo(id);
    expect(await house.docker("volume", "ls", "-q", "--filter", `name=${volume}`)).toBe("");
  });

  test("names that a container has, platforms that the engine has not, images that nobody has", async () => {
    await using house = await makePreflightHouse();
    const name = `${house.tag}-web`;
    await house.docker("create", "--name", name, "busybox", "true");
    await house.scratch.write(
      "compose.yaml",
      [
        oneService(`${house.tag}i`, [`container_name: ${name}`]),
        "  arm: { image: busybox, platform: linux/arm64 }",
        `  never: { image: "registry.invalid/${house.tag}:1", pull_policy: never }`,
        `  gone: { image: "registry.invalid/${house.tag}:2" }`,
        "  tag: { image: 'x:${NO_TAG:?}' }",
        "",
      ].join("\n"),
    );
    const findings = await house.look();
    const of = (service: string) => findings.filter((one) => one.service === service).map(({ code }) => code);
    expect(of("web")).toEqual(["container_name_taken"]);
    expect(of("arm")).toEqual(["image_other_platform", "image_architecture"]);
    expect(of("never")).toEqual(["image_not_here"]);
    expect(of("gone")).toEqual(["registry_unreachable"]);
    expect(of("tag")).toEqual([]);
  });

  test("what reaches beyond the containers, each with its own hash", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write(
      "compose.yaml",
      oneService(
        `${house.tag}d`,
        [
          "privileged: true",
          "pid: host",
          "cap_add: [SYS_ADMIN]",
          "devices: [/dev/null:/dev/x]",
          "security_opt: [seccomp:unconfined]",
          "sysctls: { net.core.somaxconn: 1024 }",
          "volumes: [/var/run/docker.sock:/s, /etc:/e, data:/d, ./own:/own]",
        ],
        "volumes: { data: { driver: local, driver_opts: { type: none, o: bind, device: /srv } } }",
      ),
    );
    const dangers = (await house.look()).filter(({ code }) => code.startsWith("dangerous_"));
    expect(codesOf(dangers).toSorted()).toEqual([
      "dangerous_capability",
      "dangerous_device",
      "dangerous_engine_socket",
      "dangerous_host_namespace",
      "dangerous_mount_outside",
      "dangerous_mount_outside",
      "dangerous_privileged",
      "dangerous_sysctl",
      "dangerous_unconfined",
    ]);
    expect(new Set(dangers.map(({ hash }) => hash)).size).toBe(9);
    expect(dangers.every(({ severity }) => severity === "warning")).toBe(true);
    const again = (await house.look()).filter(({ code }) => code.startsWith("dangerous_"));
    expect(again.map(({ hash }) => hash)).toEqual(dangers.map(({ hash }) => hash));
  });

  test("an engine that does not answer is a finding, and what the files say is told still", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write(
      "compose.yaml",
      oneService(`${house.tag}e`, ["environment: { A: '${LACKING:?}' }"]),
    );
    await using bus = createMemoryBus();
    const before = process.env["DOCKER_HOST"];
    process.env["DOCKER_HOST"] = "unix:///nowhere/docker.sock";
    try {
      const findings = await lookAhead(
        { stacks: [] },
        {
          bus: bus.worker("monitor", "m"),
          root: house.scratch.dir,
          stateDir: house.stateDir,
          prefix: house.tag,
        },
      );
      expect(codesOf(findings)).toEqual(["engine_unreachable", "value_missing"]);
    } finally {
      if (before === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = before;
    }
  });

  test("an unknown stack is refused", async () => {
    await using house = await makePreflightHouse();
    await expect(house.look("nope")).rejects.toMatchObject({ code: "stack_unknown" });
  });
});
