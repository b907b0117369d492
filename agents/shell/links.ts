import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { roles, type Role } from "../../bus/messages/principals.ts";
import { roleCommands } from "./registry.ts";

/** Puts a link for each command of a role into a directory that holds `dockfra-role`. */
export async function writeLinks(role: Role, dir: string): Promise<void> {
  for (const name of [...Object.keys(roleCommands[role]), "commands"])
    await symlink("dockfra-role", join(dir, name));
}

if (import.meta.main) {
  const [name, dir] = process.argv.slice(2);
  const role = roles.find((known) => known === name);
  if (!role || dir === undefined) throw new TypeError("usage: links.ts <role> <directory>");
  await writeLinks(role, dir);
}
