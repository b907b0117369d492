import type { Command } from "commander";
import { attach } from "../invocation.ts";

/** Shells of the roles and the keys for them: `init`, `ssh`, `keys …`. */
export function addSshCommands(program: Command): void {
  attach(
    program.command("init").description("make the state directory and the keys of SSH; what is there stays"),
    async () => (await import("../ssh/init.ts")).init,
  );
  attach(
    program
      .command("ssh")
      .description("a shell in the container of a role or of the device, or one command there")
      .argument("<role>", "manager, developer, monitor, autopilot or device")
      .argument("[command...]", "one word is a command line, several are a program and its arguments")
      .option("--print", "only show the ssh command, which works from anywhere on this machine"),
    async () => (await import("../ssh/login.ts")).login,
  );
  const keys = program.command("keys").description("the keys of SSH");
  attach(
    keys.command("list", { isDefault: true }).description("each with its fingerprint and age"),
    async () => (await import("../ssh/key-commands.ts")).listKeys,
  );
  attach(
    keys
      .command("rotate")
      .description("new user and host keys for a role, also while it runs")
      .argument("<role>", "manager, developer, monitor, autopilot or device"),
    async () => (await import("../ssh/key-commands.ts")).rotate,
  );
}
