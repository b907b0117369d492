import { ProjectFile } from "../../stacks/project-file/project-schema.ts";
import { readProjectFile } from "../../stacks/project-file/project-file.ts";
import { readDeviceRecord } from "../../stacks/targets/device/device-spec.ts";
import { createDeviceTarget } from "../../stacks/targets/device/device-target.ts";
import { openDeviceFiles } from "../../stacks/targets/device/ssh-files.ts";
import { findDevice, targetDirOf } from "../../stacks/targets/select-target.ts";
import type { TargetStatus } from "../../stacks/targets/target.ts";
import { DockfraError, notFound } from "../../bus/kernel/errors.ts";
import { simulatedDevice, type DevicesPlace } from "./device-stack.ts";

/** A device that releases can be put on. */
export interface DeviceView extends TargetStatus {
  readonly name: string;
  readonly simulated: boolean;
  /** `user@host:port` */
  readonly ssh: string;
}

/** One thing that was tried on a device. */
export interface DeviceTrial {
  readonly what: "ssh" | "disk" | "web";
  readonly ok: boolean;
  /** One line for people. */
  readonly seen: string;
}

/** Tells of every device: those of dockfra.yaml and the simulated one, where it is up. */
export async function listDevices(place: DevicesPlace): Promise<DeviceView[]> {
  const project = await readProject(place.root);
  return Promise.all(
    namesOf(place, project).map(async (name) => {
      const { spec, keys } = findDevice(project, name, { ...place, engineAvailable: false });
      const status = await createDeviceTarget({ stack: name, spec, keys }).status();
      const simulated = readDeviceRecord(targetDirOf(place.stateDir, name)) !== undefined;
      return { name, simulated, ssh: `${spec.user}@${spec.host}:${spec.port}`, ...status };
    }),
  );
}

/** Tries what a deploy needs of a device, and changes nothing but one empty directory. @throws `device_unknown`, `no_target` */
export async function tryDevice(place: DevicesPlace, name: string): Promise<DeviceTrial[]> {
  const project = await readProject(place.root);
  const known = namesOf(place, project);
  if (!known.includes(name)) throw unknown(name, known);
  const { spec, keys } = findDevice(project, name, { ...place, engineAvailable: false });
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

function namesOf({ stateDir }: DevicesPlace, { deploy }: ProjectFile): string[] {
  const declared = Object.keys(deploy).filter((name) => deploy[name]?.target === "device");
  const simulated = readDeviceRecord(targetDirOf(stateDir, simulatedDevice)) ? [simulatedDevice] : [];
  return [...new Set([...declared, ...simulated])];
}

async function readProject(root: string): Promise<ProjectFile> {
  return (await readProjectFile(root)) ?? ProjectFile.parse({});
}

function unknown(name: string, known: readonly string[]): Error {
  const list = known.join(", ") || "none";
  return notFound(
    "device_unknown",
    `There is no device "${name.slice(0, 60)}". There is: ${list}. Start the simulated one: dockfra devices up`,
    { params: { name: name.slice(0, 60), known: list } },
  );
}
