import { join } from "node:path";
import { execa } from "execa";
import { removeDevices, startDevices, type DevicesPlace } from "../../../cli/devices/device-stack.ts";
import { removeNetworks } from "../../../cli/containers/networks.ts";
import { makeKeyPair } from "../../../cli/ssh/key-pair.ts";
import { writeEnvFile } from "../../../stacks/env-file/env-file.ts";
import { deviceKeysOf, type DeviceKeys } from "../../../stacks/targets/device/device-spec.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { freePort } from "./free-port.ts";

/** The devices stack of the product under a prefix of its own. */
export interface TestDevice extends AsyncDisposable, DevicesPlace {
  readonly scratch: Scratch;
  readonly port: number;
  readonly url: string;
  readonly vncUrl: string;
  readonly keys: DeviceKeys;
  /** A private key that the device does not know. */
  readonly strangerKey: string;
  /** Empties the device's disk. */
  wipe(): Promise<void>;
  /** Ends what serves the releases, as a crash would. */
  crashWeb(): Promise<void>;
  /** A host key that the device does not have, as `type base64`. */
  otherHostKey(): Promise<string>;
}

/** Starts it on free ports; images, volume and network go with it in the end. */
export async function startTestDevice(): Promise<TestDevice> {
  const scratch = await makeScratch();
  const root = scratch.path("app");
  const stateDir = join(root, "dockfra");
  const prefix = `dev${process.pid}`;
  const place = { root, stateDir, prefix };
  await scratch.write("app/dockfra/.env", "");
  const [ssh, web, vnc] = [await freePort(), await freePort(), await freePort()];
  await writeEnvFile(
    join(stateDir, ".env"),
    new Map([
      ["SSH_RPI3_PORT", String(ssh)],
      ["WEB_RPI3_PORT", String(web)],
      ["VNC_RPI3_PORT", String(vnc)],
    ]),
  );
  await startDevices({ ...place, signal: new AbortController().signal });
  const strangerKey = await scratch.write("stranger", makeKeyPair("stranger").privateKey);
  const docker = (...args: string[]) => execa("docker", args, { stdin: "ignore" });
  return {
    ...place,
    scratch,
    strangerKey,
    port: ssh,
    url: `http://127.0.0.1:${web}`,
    vncUrl: `http://127.0.0.1:${vnc}`,
    keys: deviceKeysOf(stateDir, false),
    wipe: async () => {
      await docker(
        ...["exec", `${prefix}-ssh-rpi3`, "find", "/srv/app", "-mindepth", "1"],
        ...["-not", "-path", "/srv/app/log", "-delete"],
      );
    },
    crashWeb: async () => {
      await docker("exec", `${prefix}-web-rpi3`, "node", "-e", "process.kill(1, 'SIGTERM')");
    },
    otherHostKey: () =>
      Promise.resolve(makeKeyPair("other").publicKey.trim().split(" ").slice(0, 2).join(" ")),
    async [Symbol.asyncDispose]() {
      await removeDevices(place);
      await docker("volume", "rm", "--force", `${prefix}-rpi3-disk`);
      await removeNetworks(prefix);
      await docker("rmi", ...["ssh", "web", "vnc"].map((part) => `${prefix}-rpi3-${part}`));
      await scratch[Symbol.asyncDispose]();
    },
  };
}
