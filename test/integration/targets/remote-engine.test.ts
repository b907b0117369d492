import { mkdirSync, writeFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeKeyPair } from "../../../cli/ssh/key-pair.ts";
import { createComposeTarget } from "../../../stacks/targets/compose/compose-target.ts";
import { openEngine, type RemoteEngine } from "../../../stacks/targets/compose/engine-tunnel.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { makeComposeStack, webService } from "./compose-stack.ts";
import { freePort } from "./free-port.ts";
import { writeApp } from "./sample-app.ts";
import { describeTarget } from "./target-contract.ts";

const name = `dockfra-test-sshd-${process.pid}`;
const docker = (...args: string[]) => execa("docker", args, { stdin: "ignore" });

describeWithEngine("an engine elsewhere", () => {
  let scratch: Scratch;
  let engine: RemoteEngine;

  const writeKey = async (file: string, key: string): Promise<string> => {
    const path = await scratch.write(file, key);
    await chmod(path, 0o600);
    return path;
  };

  beforeAll(async () => {
    scratch = await makeScratch();
    const [user, host] = [makeKeyPair("monitor"), makeKeyPair("host")];
    const port = await freePort();
    const keyFile = await writeKey("id", user.privateKey);
    await scratch.write("image/authorized_keys", user.publicKey);
    await scratch.write("image/host_key", host.privateKey);
    await scratch.write(
      "image/Dockerfile",
      [
        "FROM debian:bookworm-slim",
        "RUN apt-get update && apt-get install -y --no-install-recommends openssh-server && mkdir -p /run/sshd /root/.ssh",
        "COPY --chmod=600 authorized_keys /root/.ssh/authorized_keys",
        "COPY --chmod=600 host_key /etc/ssh/host_key",
        'CMD ["/usr/sbin/sshd", "-D", "-e", "-h", "/etc/ssh/host_key", "-o", "PermitRootLogin=prohibit-password"]',
        "",
      ].join("\n"),
    );
    await docker("build", "--quiet", "--tag", name, scratch.path("image"));
    await docker(
      ...["run", "--detach", "--init", "--name", name, "--publish", `127.0.0.1:${port}:22`],
      ...["--volume", "/var/run/docker.sock:/var/run/docker.sock", name],
    );
    const hostKey = host.publicKey.trim().split(" ").slice(0, 2).join(" ");
    engine = { host: "127.0.0.1", port, user: "root", keyFile, hostKey, knownHostsFile: "/dev/null" };
    for (let tries = 0; tries < 20; tries++)
      if (await openEngine(scratch.path("wait"), engine).then(Boolean, () => false)) return;
  }, 180_000);

  afterAll(async () => {
    await docker("rm", "--force", name);
    await docker("rmi", name);
    await scratch[Symbol.asyncDispose]();
  });

  describeTarget("the compose target over SSH", {
    createHarness: async (root) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const project = basename(root)
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]/g, "");
      const dir = join(root, "dockfra", "targets", "shop");
      return {
        ...{ stack: "shop", url },
        createTarget: () =>
          createComposeTarget({
            ...{ stack: "shop", dir },
            spec: {
              ...{
                project,
                url,
                ownDir: root,
                releaseSubDir: ".",
                health: "/health",
                healthTimeoutMs: 8_000,
              },
              ...{ envFiles: [], reachEngine: () => openEngine(scratch.path("wait"), engine) },
            },
          }),
        writeRelease: async (tree, version, behaviour) => {
          await writeApp(tree, version, behaviour);
          mkdirSync(tree, { recursive: true });
          writeFileSync(
            join(tree, "Dockerfile"),
            'FROM node:24-bookworm-slim\nCOPY server.cjs /\nCMD ["node", "/server.cjs"]\n',
          );
          const restart = behaviour === "crashing" ? "no" : "on-failure";
          const web = { ...webService(port), restart, stop_grace_period: "1s" };
          writeFileSync(join(tree, "compose.yaml"), JSON.stringify({ services: { web } }));
        },
        killApp: async () => {
          await fetch(`${url}/crash`).catch(() => undefined);
        },
        close: async () => {
          await docker("compose", "-p", project, "down", "--volumes", "--timeout", "1");
          const images = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", `${project}-*`);
          if (images.stdout !== "") await docker("image", "rm", "--force", ...images.stdout.split("\n"));
        },
      };
    },
    zeroDowntime: false,
    timeoutMs: 240_000,
  });

  it("is not taken for another, and opens no door to a stranger", { timeout: 60_000 }, async () => {
    const other = makeKeyPair("other").publicKey.trim().split(" ").slice(0, 2).join(" ");
    await expect(openEngine(scratch.path("a"), { ...engine, hostKey: other })).rejects.toMatchObject({
      code: "engine_unreachable",
      message: expect.stringMatching(/verification failed|changed/i) as string,
    });
    const stranger = await writeKey("stranger", makeKeyPair("stranger").privateKey);
    await expect(openEngine(scratch.path("b"), { ...engine, keyFile: stranger })).rejects.toMatchObject({
      code: "engine_unreachable",
      message: expect.stringMatching(/permission denied/i) as string,
    });
  });

  it("keeps one way open, and opens another where that was cut", { timeout: 60_000 }, async () => {
    const dir = scratch.path("way");
    const [first, second] = await Promise.all([openEngine(dir, engine), openEngine(dir, engine)]);
    expect(second).toBe(first);
    const { stdout } = await docker("--host", first, "version", "--format", "{{.Server.Version}}");
    expect(stdout).toMatch(/^\d+/);
    await docker("restart", "--time", "1", name);
    await expect
      .poll(
        async () => {
          const host = await openEngine(dir, engine);
          return (await docker("--host", host, "version", "--format", "{{.Server.Version}}")).stdout;
        },
        { timeout: 40_000 },
      )
      .toBe(stdout);
  });

  it("is not given what needs files of this machine", { timeout: 60_000 }, async () => {
    await using stack = await makeComposeStack();
    const target = stack.createTarget({ reachEngine: () => openEngine(scratch.path("wait"), engine) });
    const release = stack.writeRelease("one", { web: { ...webService(stack.port), volumes: ["./x:/x"] } });
    expect(await target.deploy({ commandId: "c1", release })).toMatchObject({
      outcome: "not_restored",
      reason: { code: "remote_mount", params: { stack: "shop", name: "web" } },
    });
  });
});
