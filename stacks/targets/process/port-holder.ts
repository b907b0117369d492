import { createServer } from "node:net";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

/** Names who listens on a TCP port here (`node (pid 42)`), where the system lets us see it; Linux only. */
export async function findPortHolder(port: number): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const inodes = new Set([
    ...(await listeners("/proc/net/tcp", port)),
    ...(await listeners("/proc/net/tcp6", port)),
  ]);
  if (inodes.size === 0) return undefined;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) if (await holds(pid, inodes)) return `${await nameOf(pid)} (pid ${pid})`;
  return undefined;
}

/** Whether somebody listens on a port of loopback or of all addresses; a port that we may not open is not taken. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(false)));
  });
}

const listening = "0A";

async function listeners(table: string, port: number): Promise<string[]> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = (await readOrEmpty(table)).split("\n").map((row) => row.trim().split(/\s+/));
  return rows
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === listening)
    .map((fields) => `socket:[${fields[9] ?? ""}]`);
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  try {
    for (const fd of await readdir(`/proc/${pid}/fd`))
      if (inodes.has(await linkOrEmpty(`/proc/${pid}/fd/${fd}`))) return true;
    return false;
  } catch {
    // another user's process, or one that just ended
    return false;
  }
}

async function nameOf(pid: string): Promise<string> {
  // the thread's name says less than the program that was started
  const [program = ""] = (await readOrEmpty(`/proc/${pid}/cmdline`)).split("\0");
  return basename(program) || (await readOrEmpty(`/proc/${pid}/comm`)).trim() || "a process";
}

function readOrEmpty(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

function linkOrEmpty(file: string): Promise<string> {
  return readlink(file).catch(() => "");
}
