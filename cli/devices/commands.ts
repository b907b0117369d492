import { simulatedDevice } from "../../stacks/targets/device/device-list.ts";
import type { Invocation } from "../invocation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { alignRows } from "../../terminal/table.ts";
import { listDevices, tryDevice } from "./device-list.ts";
import {
  devicePortsOf,
  removeDevices,
  screenPasswordPath,
  startDevices,
  stopDevices,
  type DevicesPlace,
} from "./device-stack.ts";

/** `devices up`: builds and starts the simulated device. */
export async function upDevices(invocation: Invocation<object>): Promise<void> {
  const { screen, signal } = invocation;
  const place = await placeOf(invocation);
  if (!screen.json)
    screen.line("Builds and starts the simulated device; the first time takes a minute or two.");
  const record = await startDevices({ ...place, signal });
  const ports = await devicePortsOf(place.stateDir);
  const vnc = {
    url: `http://127.0.0.1:${ports.VNC_RPI3_PORT}`,
    password: screenPasswordPath(place.stateDir),
  };
  if (screen.json) return screen.data({ ok: true, device: simulatedDevice, ...record, screen: vnc });
  screen.line(`${screen.paint("bold", simulatedDevice)} is up.`);
  for (const line of alignRows([
    ["  web", record.url, "/health and /api/status say which release runs"],
    ["  ssh", `${record.user}@127.0.0.1:${record.outside.port}`, "dockfra ssh device"],
    ["  screen", vnc.url, `its password is in ${vnc.password}`],
  ]))
    screen.line(line);
  screen.line(`Put the project on it: dockfra deploy ${simulatedDevice}`);
}

/** `devices down`: removes its containers; its disk stays. */
export async function downDevices(invocation: Invocation<object>): Promise<void> {
  await removeDevices(await placeOf(invocation));
  const { screen } = invocation;
  if (screen.json) screen.data({ ok: true, device: simulatedDevice });
  else screen.line(`Removed ${simulatedDevice}; what was deployed stays on its disk.`);
}

/** `devices stop`: its containers stay. */
export async function stopDevice(invocation: Invocation<object>): Promise<void> {
  await stopDevices(await placeOf(invocation));
  const { screen } = invocation;
  if (screen.json) screen.data({ ok: true, device: simulatedDevice });
  else screen.line(`Stopped ${simulatedDevice}. Start it again: dockfra devices up`);
}

/** `devices list`. */
export async function showDevices(invocation: Invocation<object>): Promise<void> {
  const { screen } = invocation;
  const devices = await listDevices(invocation, await placeOf(invocation));
  if (screen.json) return screen.data({ ok: true, devices });
  if (devices.length === 0)
    return screen.line("There is no device. Start the simulated one: dockfra devices up");
  for (const line of alignRows(
    devices.map(({ name, running, healthy, ssh, url, detail, commit }) => [
      screen.paint("bold", name),
      running ? (healthy ? "healthy" : "not healthy") : "stopped",
      commit?.slice(0, 7) ?? "",
      ssh,
      url,
      detail,
    ]),
  ))
    screen.line(line);
}

/** `devices test`: exit code 6 where a deploy would fail. @throws `device_unknown` */
export async function testDevice(
  invocation: Invocation<object>,
  name: string = simulatedDevice,
): Promise<number> {
  const { screen } = invocation;
  const trials = await tryDevice(await placeOf(invocation), name);
  const ok = trials.every((trial) => trial.ok);
  if (screen.json) screen.data({ ok, device: name, trials });
  else
    for (const line of alignRows(trials.map((trial) => [trial.ok ? "ok" : "no", trial.what, trial.seen])))
      screen.line(line);
  return ok ? 0 : 6;
}

async function placeOf({ options }: Invocation<object>): Promise<DevicesPlace> {
  const root = await resolveRoot(options.root);
  return { root, stateDir: await prepareStateDir(root), prefix: await prefixOf(root, options.prefix) };
}
