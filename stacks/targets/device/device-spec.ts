import { join, resolve } from "node:path";
import { z } from "zod";
import type { FetchPage } from "../../checks/page.ts";
import type { StackDeploy } from "../../project-file/project-schema.ts";
import { readIfThere } from "../durable-file.ts";

const Address = z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) });

/** What `dockfra devices up` writes down of a simulated device, so that it is a stack without a word in dockfra.yaml. */
export const DeviceRecord = z.strictObject({
  version: z.literal(1),
  /** Where its SSH is for programs of this machine. */
  outside: Address,
  /** Where its SSH is for containers of the same installation. */
  inside: Address,
  user: z.string(),
  path: z.string(),
  url: z.string(),
  health: z.string(),
});
export type DeviceRecord = z.infer<typeof DeviceRecord>;

/** How to reach a device and where the releases go: what a device target needs. */
export interface DeviceSpec {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Directory on the device that is this stack's own, absolute. */
  readonly path: string;
  /** The device's host key as `type base64`; without it, the pinned one of {@link DeviceKeys}. */
  readonly hostKey?: string;
  /** Directory below a release's tree that is the artifact. */
  readonly artifactDir: string;
  readonly url: string;
  readonly health: string;
  readonly healthTimeoutMs: number;
  readonly fetchPage?: FetchPage;
}

/** Files of the monitor's own key for devices and of the pinned host keys. */
export interface DeviceKeys {
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
}

/** Where the monitor's keys are: placed in its container, or in the state directory where it is a process. */
export function deviceKeysOf(stateDir: string, inContainer: boolean): DeviceKeys {
  const dir = inContainer ? "/run/dockfra/role/ssh" : join(stateDir, "ssh");
  return {
    privateKeyFile: join(dir, inContainer ? "device_ed25519" : "monitor-to-device"),
    knownHostsFile: join(dir, "known_hosts"),
  };
}

/** The name of a device's record in its stack's state directory. */
export const deviceRecordName = "device.json";

/** Reads what is known of a simulated device, or `undefined` where none is up. */
export function readDeviceRecord(dir: string): DeviceRecord | undefined {
  const text = readIfThere(join(dir, deviceRecordName));
  if (text === undefined) return undefined;
  try {
    return DeviceRecord.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export interface DescribeOptions {
  /** `<root>/dockfra` */
  readonly stateDir: string;
  /** The stack's own state directory. */
  readonly dir: string;
  readonly fetchPage?: FetchPage;
  readonly inContainer?: boolean;
  readonly deviceKeys?: DeviceKeys;
}

/** What dockfra.yaml says of a device, over what is known of a simulated one of that name; `undefined` where that is not enough. */
export function describeDevice(
  deploy: StackDeploy | undefined,
  options: DescribeOptions,
): { readonly spec: DeviceSpec; readonly keys: DeviceKeys } | undefined {
  const { inContainer = process.env["DOCKFRA_RUNTIME"] === "docker", fetchPage, stateDir, dir } = options;
  const known = readDeviceRecord(dir);
  const place = inContainer ? known?.inside : known?.outside;
  const [host, url] = [deploy?.host ?? place?.host, deploy?.url ?? known?.url];
  const [user, path] = [deploy?.user ?? known?.user, deploy?.path ?? known?.path];
  if (host === undefined || url === undefined || user === undefined || path === undefined) return undefined;
  return {
    keys: options.deviceKeys ?? deviceKeysOf(resolve(stateDir), inContainer),
    spec: {
      ...{ host, user, path, url },
      port: deploy?.port ?? (deploy?.host === undefined ? place?.port : undefined) ?? 22,
      health: deploy?.health ?? known?.health ?? "/",
      healthTimeoutMs: (deploy?.health_timeout_s ?? 30) * 1_000,
      artifactDir: deploy?.dir ?? ".",
      ...(deploy?.host_key === undefined ? {} : { hostKey: deploy.host_key }),
      ...(fetchPage === undefined ? {} : { fetchPage }),
    },
  };
}
