import { expect, test } from "vitest";
import { serveDevices } from "../../../../agents/monitor/stack-service/devices.ts";
import { readProjectAtRoot } from "../../../../agents/monitor/stack-service/project-reading.ts";
import { createMemoryBus } from "../../../../bus/memory/bus.ts";
import { makeKeyPair } from "../../../../cli/ssh/key-pair.ts";
import { makeScratch } from "../../../support/scratch.ts";

const declared = (name: string, more: string): string =>
  `  ${name}: {target: device, host: 127.0.0.1, port: 1, user: pi, path: /srv/${name}, url: "http://127.0.0.1:1"${more}}\n`;

test("devices are listed as they are, one that is off beside the others; other stacks are none", async () => {
  await using scratch = await makeScratch();
  await using bus = createMemoryBus();
  const stateDir = scratch.path("dockfra");
  const end = new AbortController();
  await scratch.write(
    "dockfra.yaml",
    `deploy:\n${declared("kiosk", "")}${declared("till", ", health: /up")}  web: {target: compose, url: "http://127.0.0.1:1"}\n`,
  );
  await scratch.write("dockfra/ssh/monitor-to-device", makeKeyPair("monitor").privateKey);
  const serving = serveDevices({
    ...{ bus: bus.worker("monitor", "m"), root: scratch.dir, stateDir, signal: end.signal },
    source: { read: () => readProjectAtRoot(scratch.dir, stateDir) },
  });
  const { devices } = await bus.client("gateway").question("monitor.devices", {}, { timeoutMs: 30_000 });
  expect(devices).toMatchObject(
    ["kiosk", "till"].map((name) => ({
      ...{ name, simulated: false, ssh: "pi@127.0.0.1:1", running: false, healthy: false },
      detail: expect.stringMatching(/\w/) as string,
    })),
  );
  await scratch.write(
    "dockfra/targets/rpi3/device.json",
    JSON.stringify({
      ...{ version: 1, user: "dev", path: "/srv/app", url: "http://127.0.0.1:1", health: "/health" },
      ...{ outside: { host: "127.0.0.1", port: 1 }, inside: { host: "none", port: 1 } },
    }),
  );
  const after = await bus.client("operator").question("monitor.devices", {}, { timeoutMs: 30_000 });
  expect(after.devices).toContainEqual(
    expect.objectContaining({ name: "rpi3", simulated: true, ssh: "dev@127.0.0.1:1" }),
  );
  end.abort();
  await serving;
});
