import type { DeviceView } from "../../../bus/messages/stack-service.ts";
import type { ProjectFile } from "../../project-file/project-schema.ts";
import { findDevice, targetDirOf, type SelectOptions } from "../select-target.ts";
import { readDeviceRecord } from "./device-spec.ts";
import { createDeviceTarget } from "./device-target.ts";

/** Name of the simulated device, as a stack and as its host. */
export const simulatedDevice = "rpi3";

export interface DevicePlace extends Omit<SelectOptions, "engineAvailable" | "releaseDir"> {
  readonly project: Pick<ProjectFile, "deploy">;
}

/** Tells of every device: those of dockfra.yaml and the simulated one, where it was started. */
export async function listDevices(place: DevicePlace): Promise<DeviceView[]> {
  return Promise.all(
    deviceNames(place).map(async (name) => {
      const { spec, keys } = openDevice(place, name);
      const status = await createDeviceTarget({ stack: name, spec, keys }).status();
      const simulated = readDeviceRecord(targetDirOf(place.stateDir, name)) !== undefined;
      return { name, simulated, ssh: `${spec.user}@${spec.host}:${spec.port}`, ...status };
    }),
  );
}

/** Names of all devices. */
export function deviceNames({ project: { deploy }, stateDir }: DevicePlace): string[] {
  const declared = Object.keys(deploy).filter((name) => deploy[name]?.target === "device");
  const simulated = readDeviceRecord(targetDirOf(stateDir, simulatedDevice)) ? [simulatedDevice] : [];
  return [...new Set([...declared, ...simulated])];
}

/** How a device is reached. @throws `no_target` */
export function openDevice(place: DevicePlace, name: string): ReturnType<typeof findDevice> {
  return findDevice(place.project, name, { ...place, engineAvailable: false });
}
