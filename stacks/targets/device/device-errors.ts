import { denied, invalidInput, unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import type { DeviceSpec } from "./device-spec.ts";
import { fingerprintOf, lineOf } from "./host-pins.ts";

type Place = Pick<DeviceSpec, "host" | "port" | "user">;

/** The host shows another key than the pinned one: nothing is sent to it. */
export function hostKeyChanged(name: string, { host, port }: Place, shown: Buffer): DockfraError {
  const fingerprint = fingerprintOf(shown);
  return denied(
    "host_key_changed",
    `"${name}" at ${host}:${port} shows another host key than the pinned one (${fingerprint}): it is another machine, or somebody is in between. Nothing was sent. If the device was set up anew, correct its "host_key" in dockfra.yaml.`,
    { params: { device: name, host, port, fingerprint } },
  );
}

/** Nothing is pinned for the host. */
export function hostKeyUnknown(name: string, { host, port }: Place, shown: Buffer): DockfraError {
  const [fingerprint, key] = [fingerprintOf(shown), lineOf(shown)];
  return denied(
    "host_key_unknown",
    `The host key of "${name}" at ${host}:${port} is not pinned. It shows ${fingerprint}; compare that on the device, then add to its entry in dockfra.yaml: host_key: "${key}"`,
    { params: { device: name, host, port, fingerprint, key } },
  );
}

/** The device does not take the monitor's key. */
export function keyRefused(name: string, { host, port, user }: Place, cause: unknown): DockfraError {
  return denied(
    "device_refused",
    `"${name}" at ${host}:${port} does not let ${user} in with the monitor's key. Add the line of dockfra/ssh/monitor-to-device.pub to ~/.ssh/authorized_keys there.`,
    { params: { device: name, host, port, user }, cause },
  );
}

/** There is no key to go there with. */
export function keyMissing(name: string, path: string, cause: unknown): DockfraError {
  return invalidInput(
    "device_key_missing",
    `There is no key ${path} to reach "${name}" with. Make what is missing: dockfra init`,
    { params: { device: name, path }, cause },
  );
}

/** Nobody answers at the device's address. */
export function deviceUnreachable(name: string, { host, port }: Place, cause: unknown): DockfraError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return unavailable(
    "device_unreachable",
    `"${name}" does not answer at ${host}:${port}: ${why}. Switch it on, or start the simulated one: dockfra devices up`,
    { params: { device: name, host, port, why }, cause },
  );
}

/** The device refused a file operation, or hung up in the middle of it. */
export function deviceFailed(name: string, cause: unknown): DockfraError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const status =
    cause instanceof Error && "code" in cause && typeof cause.code === "number" ? cause.code : -1;
  return unavailable("device_failed", `"${name}" failed in the middle: ${why}. Try again.`, {
    params: { device: name, why, status },
    cause,
  });
}
