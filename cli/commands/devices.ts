import type { Command } from "commander";
import { attach } from "../invocation.ts";

/** Devices that releases are put on over SSH: `devices …`. */
export function addDeviceCommands(program: Command): void {
  const devices = program
    .command("devices")
    .description("devices that are deployed to over SSH, and a simulated one");
  attach(
    devices.command("list", { isDefault: true }).description("each with what runs on it"),
    async () => (await import("../devices/commands.ts")).showDevices,
  );
  attach(
    devices.command("up").description("build and start the simulated device rpi3"),
    async () => (await import("../devices/commands.ts")).upDevices,
  );
  attach(
    devices.command("stop").description("stop it, and keep its containers"),
    async () => (await import("../devices/commands.ts")).stopDevice,
  );
  attach(
    devices.command("down").description("remove its containers; what was deployed stays on its disk"),
    async () => (await import("../devices/commands.ts")).downDevices,
  );
  attach(
    devices
      .command("test")
      .description("try what a deploy needs of a device")
      .argument("[name]", "the device (default: rpi3)"),
    async () => (await import("../devices/commands.ts")).testDevice,
  );
}
