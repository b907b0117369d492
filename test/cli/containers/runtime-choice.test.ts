import { afterEach, expect, test, vi } from "vitest";
import { chooseRuntime, runtimeOfEnvironment } from "../../../cli/containers/runtime-choice.ts";
import { isVersionEnough } from "../../../cli/containers/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A docker command that answers as told, first on the PATH. */
async function makeDocker(scratch: Scratch, info: object | string): Promise<void> {
  const text = typeof info === "string" ? info : JSON.stringify(info);
  await scratch.write("info", text);
  await scratch.program(
    "bin/docker",
    `case $1 in info) cat ${scratch.path("info")};; context) echo \${FAKE_HOST:-unix:///run/fake.sock};; esac`,
  );
  vi.stubEnv("PATH", `${scratch.path("bin")}:/usr/bin:/bin`);
  vi.stubEnv("DOCKER_HOST", "");
}

const modern = {
  ServerVersion: "28.5.2",
  OperatingSystem: "Debian",
  SecurityOptions: ["name=seccomp"],
  ClientInfo: { Plugins: [{ Name: "compose", Version: "v2.40.3" }] },
};

test("containers where an engine answers", async () => {
  await using scratch = await makeScratch();
  await makeDocker(scratch, modern);
  expect(await chooseRuntime("auto", scratch.dir)).toEqual({
    runtime: "docker",
    engine: {
      version: "28.5.2",
      composeVersion: "v2.40.3",
      address: "unix:///run/fake.sock",
      socketPath: "/run/fake.sock",
      rootless: false,
      desktop: false,
    },
  });
});

test("in a rootless engine and in Docker Desktop too, told apart", async () => {
  await using scratch = await makeScratch();
  await makeDocker(scratch, { ...modern, SecurityOptions: ["name=rootless"] });
  expect(await chooseRuntime("docker", scratch.dir)).toMatchObject({ engine: { rootless: true } });
  await makeDocker(scratch, { ...modern, OperatingSystem: "Docker Desktop" });
  expect(await chooseRuntime("docker", scratch.dir)).toMatchObject({
    engine: { desktop: true, socketPath: "/var/run/docker.sock" },
  });
});

test.each([
  [{ ...modern, ServerVersion: "20.10.24" }, "engine_too_old", "Docker engine 20.10.24"],
  [
    { ...modern, ClientInfo: { Plugins: [{ Name: "compose", Version: "2.17.3" }] } },
    "engine_too_old",
    "Docker Compose 2.17.3",
  ],
  [{ ...modern, ClientInfo: { Plugins: [] } }, "compose_missing", "Compose v2"],
  [{ ServerErrors: ["Cannot connect to the daemon"] }, "engine_unreachable", "Cannot connect"],
  ["", "engine_unreachable", "No Docker engine"],
])("docker is refused where it cannot be, auto falls back and says why: %#", async (info, code, words) => {
  await using scratch = await makeScratch();
  await makeDocker(scratch, info);
  await expect(chooseRuntime("docker", scratch.dir)).rejects.toMatchObject({ code });
  const choice = await chooseRuntime("auto", scratch.dir);
  expect(choice).toMatchObject({ runtime: "process", warning: { code: "runtime_fell_back" } });
  expect(choice.warning?.params["reason"]).toContain(words);
});

test("an engine of another machine is refused", async () => {
  await using scratch = await makeScratch();
  await makeDocker(scratch, modern);
  vi.stubEnv("DOCKER_HOST", "ssh://far");
  await expect(chooseRuntime("docker", scratch.dir)).rejects.toMatchObject({ code: "engine_remote" });
});

test("no docker command at all is a reason too, and asked processes need none", async () => {
  await using scratch = await makeScratch();
  vi.stubEnv("PATH", scratch.dir);
  expect(await chooseRuntime("auto", scratch.dir)).toMatchObject({ runtime: "process", warning: {} });
  expect(await chooseRuntime("process", scratch.dir)).toEqual({ runtime: "process" });
});

test("a stack that can only be a process decides for processes", async () => {
  await using scratch = await makeScratch();
  await makeDocker(scratch, modern);
  await scratch.write(
    "dockfra.yaml",
    "deploy:\n  web: { command: [node, a.js], url: 'http://127.0.0.1:1', health: / }\n",
  );
  expect(await chooseRuntime("auto", scratch.dir)).toEqual({
    runtime: "process",
    warning: { code: "runtime_process_stack", params: { stack: "web" } },
  });
  await scratch.write("compose.yaml", "services: { web: { image: x } }\n");
  expect(await chooseRuntime("auto", scratch.dir)).toMatchObject({ runtime: "docker" });
});

test("the environment gives the default, and nonsense is refused", () => {
  expect(runtimeOfEnvironment("")).toBe("auto");
  expect(runtimeOfEnvironment("process")).toBe("process");
  expect(() => runtimeOfEnvironment("podman")).toThrow(/auto, docker or process/);
});

test.each([
  ["24.0.0", "24.0", true],
  ["23.9", "24.0", false],
  ["28.5.2+dfsg4", "24.0", true],
  ["v2.40.3-3", "2.20", true],
  ["2.9.0", "2.20", false],
  ["nonsense", "2.20", false],
])("%s is at least %s: %s", (version, minimum, enough) => {
  expect(isVersionEnough(version, minimum)).toBe(enough);
});
