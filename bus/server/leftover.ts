import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { conflict } from "../kernel/errors.ts";
import type { Logger } from "../kernel/log.ts";
import type { NatsLayout } from "./layout.ts";

/**
 * Ends a server of the same root whose supervisor was killed: the store must have one owner, and its port comes free.
 * A process that is not provably that server is left alone. @throws nats_leftover
 */
export async function stopLeftover(layout: NatsLayout, log: Logger): Promise<void> {
  const pid = Number(await readFile(layout.pidFile, "utf8").catch(() => ""));
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!(await commandLine(pid)).includes(layout.configFile)) return;
  log.warn({ pid }, "stopping the nats-server that an earlier run left behind");
  for (const [signal, waitMs] of [
    ["SIGTERM", 5_000],
    ["SIGKILL", 2_000],
  ] as const) {
    kill(pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw conflict(
    "nats_leftover",
    `An earlier nats-server, process ${pid}, does not end. Stop it with: kill -9 ${pid}`,
    { params: { pid } },
  );
}

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const isAlive = (pid: number): boolean => kill(pid, 0);

/** Reads a process's arguments; empty where it is gone or cannot be seen. */
async function commandLine(pid: number): Promise<string> {
  const linux = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (linux !== undefined) return linux.replaceAll("\0", " ");
  const result = await execa("ps", ["-o", "command=", "-p", String(pid)], {
    reject: false,
    stdin: "ignore",
    timeout: 5_000,
  });
  return result.stdout ?? "";
}
