import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { userKeyName, type SshHost } from "./directions.ts";

const idleS = 60;

/**
 * The options that let commands of one minute share a connection, which takes most of their time. Its socket is named
 * after the key and the pinned host keys, so that nobody gets in by what held before they changed.
 */
export async function sharedConnection(keysDir: string, host: SshHost, port: number): Promise<string[]> {
  const files = ["known_hosts", `${userKeyName("operator", host)}.pub`];
  const texts = await Promise.all(files.map((name) => readFile(join(keysDir, name), "utf8").catch(() => "")));
  const socket = `mux-${host}-${hash("sha256", [port, ...texts].join("\n")).slice(0, 16)}`;
  const options = [
    "ControlMaster=auto",
    `ControlPath=./${socket}`,
    `ControlPersist=${idleS}`,
    "ServerAliveInterval=15",
  ];
  return options.flatMap((option) => ["-o", option]);
}

/** Whether the client could not make the socket: some file systems have none. */
export function cannotShare(log: string): boolean {
  return /unix_listener|ControlPath too long|muxserver_listen/.test(log);
}
