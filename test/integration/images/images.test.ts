import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { roleCommands } from "../../../agents/shell/registry.ts";
import { roles, type Role } from "../../../bus/messages/principals.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { buildImages, copySources, removeImages } from "./role-containers.ts";

const Image = z.tuple([
  z.object({
    Id: z.string(),
    Size: z.number(),
    Created: z.string(),
    RootFS: z.object({ Layers: z.array(z.string()) }),
    Config: z.object({ Labels: z.record(z.string(), z.string()), Env: z.array(z.string()) }),
  }),
]);

describeWithEngine("the roles' images", () => {
  const prefix = `dockfra-test-images-${process.pid}`;
  const nameOf = (target: Role | "base"): string => `${prefix}-ssh-${target}`;
  const inspect = async (target: Role | "base") => {
    const { stdout } = await execa("docker", ["image", "inspect", nameOf(target)]);
    return Image.parse(JSON.parse(stdout))[0];
  };
  const inside = async (target: Role | "base", ...argv: readonly string[]): Promise<string> => {
    const [file = "", ...args] = argv;
    const words = ["run", "--rm", "--read-only", "--network", "none", "--entrypoint", file];
    return (await execa("docker", [...words, nameOf(target), ...args])).stdout;
  };

  let scratch: Scratch;
  beforeAll(async () => {
    scratch = await makeScratch();
    await copySources(scratch.dir);
    await buildImages(prefix, { dir: scratch.dir });
  });
  afterAll(async () => {
    await removeImages(prefix);
    await scratch[Symbol.asyncDispose]();
  });

  test("a second build takes seconds, and gives the very same images", async () => {
    const before = await Promise.all(roles.map(inspect));
    expect(await buildImages(prefix, { dir: scratch.dir })).toBeLessThan(10_000);
    expect(await Promise.all(roles.map(inspect))).toEqual(before);
  });

  test("a build of the same code at another time gives the same layers, but for what V8 compiled", async () => {
    const again = `${prefix}-again`;
    await using later = await makeScratch();
    await execa("cp", ["-r", `${scratch.dir}/.`, later.dir]);
    const words = [
      "buildx",
      "build",
      "--file",
      "agents/image/Dockerfile",
      "--target",
      "monitor",
      "--tag",
      again,
      "--label",
      `dockfra.prefix=${prefix}`,
    ];
    await execa("docker", [...words, "--no-cache-filter", "code,base,engine-client,monitor", "."], {
      cwd: later.dir,
    });
    const { stdout } = await execa("docker", ["image", "inspect", again]);
    await execa("docker", ["rmi", again]);
    const rebuilt = Image.parse(JSON.parse(stdout))[0].RootFS.Layers;
    const { Layers } = (await inspect("monitor")).RootFS;
    expect(rebuilt).toHaveLength(Layers.length);
    expect(rebuilt.filter((layer) => !Layers.includes(layer))).toEqual([rebuilt[2]]);
  });

  test("an image is the base and little more", async () => {
    const base = await inspect("base");
    expect(base.Size).toBeLessThan(350e6);
    for (const role of roles) {
      const image = await inspect(role);
      expect(image.RootFS.Layers.slice(0, base.RootFS.Layers.length)).toEqual(base.RootFS.Layers);
      expect(image.Size - base.Size).toBeLessThan(role === "monitor" ? 200e6 : 1e6);
      expect(image.Config.Env).toContain(`DOCKFRA_ROLE=${role}`);
    }
  });

  test("it tells whose it is, and nothing of when it was built", async () => {
    const { Config, Created } = await inspect("manager");
    expect(Config.Labels).toMatchObject({ "dockfra.prefix": prefix });
    expect(new Date(Created).getTime()).toBe(new Date("2025-01-01").getTime());
  });

  test.for(["base", ...roles] as const)(
    "%s: no key, no setuid program, no test, no package manager of npm",
    async (target) => {
      const keys =
        "find / -xdev \\( -name 'ssh_host_*' -o -name '*.nk' -o -name '.env' -o -name '.npmrc' -o -name 'id_*' \\) -type f";
      expect(await inside(target, "sh", "-c", keys)).toBe("");
      expect(await inside(target, "find", "/", "-xdev", "-type", "f", "-perm", "/6000")).toBe("");
      expect(await inside(target, "sh", "-c", "command -v npm npx corepack yarn sudo; true")).toBe("");
      expect((await inside(target, "ls", "/opt/dockfra")).split("\n")).toEqual([
        ...["agents", "bus", "cli", "etc", "locales", "node_modules", "package.json", "stacks", "terminal"],
      ]);
    },
  );

  test("packages of other rooms, types and maps stay out", async () => {
    const packages = (await inside("base", "ls", "/opt/dockfra/node_modules")).split("\n");
    expect(packages).toEqual(expect.arrayContaining(["zod", "yaml", "execa", "openai"]));
    for (const name of ["node", "fastify", "socket.io", "xstate", "vitest", "typescript", "react"])
      expect(packages).not.toContain(name);
    const stray = "find /opt/dockfra/node_modules -name '*.d.ts' -o -name '*.map' | wc -l";
    expect(await inside("base", "sh", "-c", stray)).toBe("0");
  });

  test.for(roles)("%s: only its own user and its own commands are in it", async (role) => {
    const users = (
      await inside(role, "sh", "-c", "awk -F: '$3 >= 1000 && $3 < 60000 { print $1, $3 }' /etc/passwd")
    ).split("\n");
    expect(users).toEqual(["agent 10000", "sandbox 10002", `${role} 10001`]);
    const commands = (await inside(role, "ls", "/opt/dockfra/agents/shell/bin")).split("\n");
    expect(commands.toSorted()).toEqual(
      [...Object.keys(roleCommands[role]), "commands", "dockfra-role"].toSorted(),
    );
    expect(await inside(role, "sh", "-c", "command -v docker; true")).toBe(
      role === "monitor" ? "/usr/local/bin/docker" : "",
    );
  });

  test("the monitor's engine client has Compose and buildx", async () => {
    expect(await inside("monitor", "docker", "compose", "version", "--short")).toMatch(/^v?2\.\d+/);
    expect(await inside("monitor", "docker", "buildx", "version")).toContain("buildx");
  });

  test("the entry refuses an agent that would be the shell or the sandbox, and a socket in another role's container", async () => {
    const start = (role: Role, ...options: readonly string[]) =>
      execa("docker", ["run", "--rm", "--network", "none", ...options, nameOf(role)], { reject: false });
    for (const uid of ["10001", "10002", "root", ""]) {
      const run = await start("manager", "--env", `DOCKFRA_AGENT_UID=${uid}`);
      expect(run).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("DOCKFRA_AGENT_UID") });
    }
    const socket = [
      "--volume",
      "/var/run/docker.sock:/var/run/docker.sock",
      "--env",
      "DOCKFRA_AGENT_UID=10000",
    ];
    expect(await start("developer", ...socket)).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining("Only the monitor may have it"),
    });
  });

  test("what is compiled at build is read by whatever uid runs the agent", async () => {
    const show =
      'NODE_DEBUG_NATIVE=COMPILE_CACHE setpriv --reuid "$0" --regid "$0" --clear-groups node /opt/dockfra/cli/main.ts --version 2>&1 | grep -c "was accepted"; true';
    for (const uid of ["0", "1000", "10000", "10001"]) {
      const words = ["run", "--rm", "--read-only", "--network", "none", "--entrypoint", "sh"];
      const { stdout } = await execa("docker", [...words, nameOf("base"), "-c", show, uid]);
      expect(Number(stdout)).toBeGreaterThan(5);
    }
  });
});
