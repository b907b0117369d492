import { DockfraError, notFound } from "../../bus/kernel/errors.ts";
import type { DeviceView } from "../../bus/messages/stack-service.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import {
  deviceNames,
  listDevices as listFromHere,
  openDevice,
  type DevicePlace,
} from "../../stacks/targets/device/device-list.ts";
import { createDeviceTarget } from "../../stacks/targets/device/device-target.ts";
import { openDeviceFiles } from "../../stacks/targets/device/ssh-files.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import type { DevicesPlace } from "./device-stack.ts";

/** One thing that was tried on a device. */
export interface DeviceTrial {
  readonly what: "ssh" | "disk" | "web";
  readonly ok: boolean;
  /** One line for people. */
  readonly seen: string;
}

/** Asks the monitor of every device; where it does not run, looks from here. */
export async function listDevices(
  invocation: Invocation<object>,
  place: DevicesPlace,
): Promise<readonly DeviceView[]> {
  try {
    const { devices } = await withOperator(invocation, (bus) =>
      bus.question("monitor.devices", {}, { timeoutMs: listTimeoutMs }),
    );
    return devices;
  } catch (error) {
    if (!(error instanceof DockfraError) || !awayCodes.has(error.code)) throw error;
    return listFromHere(await toPlace(place));
  }
}

const listTimeoutMs = 30_000;
const awayCodes: ReadonlySet<string> = new Set([
  ...["not_running", "still_starting", "bus_down", "monitor_down"],
]);

/** Tries what a deploy needs of a device, and changes nothing but one empty directory. @throws `device_unknown`, `no_target` */
export async function tryDevice(place: DevicesPlace, name: string): Promise<DeviceTrial[]> {
  const devices = await toPlace(place);
  const known = deviceNames(devices);
  if (!known.includes(name)) throw unknown(name, known);
  const { spec, keys } = openDevice(devices, name);
  const trials: DeviceTrial[] = [];
  const attempt = async (what: DeviceTrial["what"], run: () => Promise<string>): Promise<boolean> => {
    try {
      trials.push({ what, ok: true, seen: await run() });
      return true;
    } catch (error) {
      if (!(error instanceof DockfraError)) throw error;
      trials.push({ what, ok: false, seen: error.message });
      return false;
    }
  };
  const reached = await attempt("ssh", async () => {
    await using files = await openDeviceFiles(name, spec, keys);
    await files.list("/");
    return `${spec.user}@${spec.host}:${spec.port} answers with its pinned host key`;
  });
  if (!reached) return trials;
  await attempt("disk", async () => {
    await using files = await openDeviceFiles(name, spec, keys);
    await files.makeDir(spec.path);
    const trial = `${spec.path}/.dockfra-trial`;
    await files.makeDir(trial);
    await files.remove(trial);
    return `${spec.path} can be written`;
  });
  const { healthy, running, detail } = await createDeviceTarget({ stack: name, spec, keys }).status();
  trials.push({ what: "web", ok: healthy || !running, seen: detail });
  return trials;
}

async function toPlace({ root, stateDir }: DevicesPlace): Promise<DevicePlace> {
  return { root, stateDir, project: (await readProjectFile(root)) ?? ProjectFile.parse({}) };
}

function unknown(name: string, known: readonly string[]): Error {
  const list = known.join(", ") || "none";
  return notFound(
    "device_unknown",
    `There is no device "${name.slice(0, 60)}". There is: ${list}. Start the simulated one: dockfra devices up`,
    { params: { name: name.slice(0, 60), known: list } },
  );
}
