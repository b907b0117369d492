import { describe, expect, test } from "vitest";
import { parseProjectFile } from "../../../stacks/project-file/project-file.ts";
import { findDevice, selectTarget } from "../../../stacks/targets/select-target.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const record = {
  version: 1,
  outside: { host: "127.0.0.1", port: 2224 },
  inside: { host: "dockfra-ssh-rpi3", port: 2222 },
  ...{ user: "device", path: "/srv/app", url: "http://127.0.0.1:8090", health: "/health" },
};
const options = (scratch: Scratch, inContainer = false) => ({
  ...{ root: scratch.dir, stateDir: scratch.path("dockfra"), engineAvailable: false, inContainer },
});

describe("a device as a target", () => {
  test("is what dockfra.yaml says", async () => {
    await using scratch = await makeScratch();
    const project = parseProjectFile(
      "deploy: {kiosk: {target: device, host: pi.lan, user: pi, path: /srv/kiosk, url: 'http://pi.lan:8080', dir: dist}}",
    );
    expect(selectTarget(project, "kiosk", options(scratch)).kind).toBe("device");
    expect(findDevice(project, "kiosk", options(scratch))).toMatchObject({
      spec: { host: "pi.lan", port: 22, user: "pi", path: "/srv/kiosk", health: "/", artifactDir: "dist" },
      keys: { privateKeyFile: scratch.path("dockfra/ssh/monitor-to-device") },
    });
  });

  test("is the simulated one by itself while it is up, reached from where we are", async () => {
    await using scratch = await makeScratch();
    const none = parseProjectFile("deploy: {}");
    expect(() => selectTarget(none, "rpi3", options(scratch))).toThrow(/has no "deploy.rpi3"/);
    await scratch.write("dockfra/targets/rpi3/device.json", JSON.stringify(record));
    expect(selectTarget(none, "rpi3", options(scratch)).kind).toBe("device");
    expect(findDevice(none, "rpi3", options(scratch)).spec).toMatchObject({ host: "127.0.0.1", port: 2224 });
    expect(findDevice(none, "rpi3", options(scratch, true))).toMatchObject({
      spec: { host: "dockfra-ssh-rpi3", port: 2222 },
      keys: { privateKeyFile: "/run/dockfra/role/ssh/device_ed25519" },
    });
    const own = parseProjectFile("deploy: {rpi3: {target: device, dir: public, health: /index.html}}");
    expect(findDevice(own, "rpi3", options(scratch)).spec).toMatchObject({
      artifactDir: "public",
      health: "/index.html",
      url: record.url,
    });
  });

  test("that is not said whole is told so", async () => {
    await using scratch = await makeScratch();
    const project = parseProjectFile("deploy: {kiosk: {target: device, host: pi.lan}}");
    expect(() => selectTarget(project, "kiosk", options(scratch))).toThrow(/lacks host, user, path or url/);
  });

  test.each([
    ["host: '-oProxyCommand=x'", /host/],
    ["user: 'a;b'", /user/],
    ["path: ../x", /path/],
    ["path: /a/../b", /path/],
    ["path: '/a b'", /path/],
    ["host_key: 'ssh-ed25519 short'", /host/],
    ["command: [node]", /target: device/],
  ])("refuses %s", (field, words) => {
    expect(() => parseProjectFile(`deploy:\n  kiosk:\n    target: device\n    ${field}\n`)).toThrow(words);
  });

  test("has fields that no other target may have", () => {
    expect(() => parseProjectFile("deploy: {shop: {target: compose, host: pi}}")).toThrow(
      /target: device only/,
    );
  });
});
