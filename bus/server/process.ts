import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { conflict, unavailable, type DockfraError } from "../kernel/errors.ts";
import type { Logger } from "../kernel/log.ts";
import { principals, type Principal } from "../messages/principals.ts";
import { renderServerConfig } from "./config.ts";
import { ensureKeys, keysDir, type PrincipalKeys } from "./keys.ts";
import { embeddedServerName, natsLayout, type NatsLayout } from "./layout.ts";
import { stopLeftover } from "./leftover.ts";
import { freePort, isPortFree, readGreeting } from "./ready.ts";
import { isNatsVersionEnough, minimumNatsVersion } from "./version.ts";

export interface StartNatsOptions {
  /** Absolute path of a nats-server program. */
  readonly binary: string;
  /** The directory that holds `dockfra/`, where keys and store are. */
  readonly root: string;
  readonly prefix: string;
  /** Port of loopback; 0, the default, takes the last one again where it is free, else any free one. */
  readonly port?: number;
  readonly log: Logger;
  readonly readyTimeoutMs?: number;
  /** Puts it in a process group of its own: a Ctrl-C of the terminal then reaches the caller alone, which has to end it. */
  readonly ownGroup?: boolean;
}

export interface NatsExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** The embedded server while it runs. */
export interface NatsProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<NatsExit>;
  /** Ends it; after `graceMs` with SIGKILL. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts the embedded nats-server of one root and waits until it answers.
 * @throws nats_port_taken, nats_server_too_old, nats_disk_full, nats_start_failed
 */
export async function startNatsServer(options: StartNatsOptions): Promise<NatsProcess> {
  const { root, prefix, log, binary, readyTimeoutMs = 15_000 } = options;
  const layout = natsLayout(root);
  await mkdir(layout.storeDir, { recursive: true, mode: 0o700 });
  await chmod(layout.dir, 0o700);
  await stopLeftover(layout, log);
  const keys = await ensureKeys(keysDir(root));
  const port = await choosePort(options.port ?? 0, layout);
  await writeAtomically(layout.configFile, renderConfig(prefix, port, layout, keys));

  const logStart = await fileSize(layout.logFile);
  const child = execa(binary, ["--config", layout.configFile], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    reject: false,
    cleanup: options.ownGroup !== true,
    detached: options.ownGroup === true,
    forceKillAfterDelay: 5_000,
  });
  const exited = child.then((result) => ({ code: result.exitCode, signal: result.signal }));
  let ended: NatsExit | undefined;
  void exited.then((exit) => (ended = exit));

  const name = embeddedServerName(prefix);
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    if (ended) throw startFailure(await whyNot(child, layout, logStart), port, layout);
    const greeting = await readGreeting(port);
    if (greeting?.server_name === name && !ended) {
      if (!isNatsVersionEnough(greeting.version)) {
        child.kill();
        await exited;
        throw tooOld(greeting.version);
      }
      const url = `nats://127.0.0.1:${port}`;
      await writeAtomically(layout.urlFile, `${url}\n`);
      log.info({ url, pid: child.pid, version: greeting.version }, "nats-server is ready");
      return {
        url,
        port,
        pid: child.pid ?? 0,
        version: greeting.version,
        exited,
        stop: (graceMs) => stop(child, exited, graceMs),
      };
    }
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      await exited;
      throw startFailure(
        `It did not answer within ${readyTimeoutMs} ms. ${await logTail(layout, logStart)}`,
        port,
        layout,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

function renderConfig(prefix: string, port: number, layout: NatsLayout, keys: PrincipalKeys): string {
  const publicKeys = Object.fromEntries(
    principals.map((principal) => [principal, keys[principal].publicKey]),
  );
  return renderServerConfig({
    prefix,
    port,
    publicKeys: publicKeys as Record<Principal, string>,
    serverName: embeddedServerName(prefix),
    storeDir: layout.storeDir,
    logFile: layout.logFile,
    pidFile: layout.pidFile,
  });
}

async function choosePort(wanted: number, layout: NatsLayout): Promise<number> {
  if (wanted !== 0) {
    if (await isPortFree(wanted)) return wanted;
    throw portTaken(wanted);
  }
  const last = await readFile(layout.urlFile, "utf8").then(
    (url) => Number(/:(\d+)\s*$/.exec(url)?.[1] ?? 0),
    () => 0,
  );
  return last > 0 && (await isPortFree(last)) ? last : freePort();
}

async function stop(
  child: { kill(signal?: "SIGTERM" | "SIGKILL"): boolean },
  exited: Promise<NatsExit>,
  graceMs = 5_000,
): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await exited;
  clearTimeout(timer);
}

async function whyNot(
  child: PromiseLike<{ stderr: string }>,
  layout: NatsLayout,
  logStart: number,
): Promise<string> {
  const { stderr } = await child;
  return `${stderr.trim()} ${await logTail(layout, logStart)}`.trim();
}

async function logTail(layout: NatsLayout, start: number): Promise<string> {
  const text = await readFile(layout.logFile, "utf8").catch(() => "");
  const lines = text.slice(start <= text.length ? start : 0).split("\n");
  return lines
    .filter((line) => /\[(?:FTL|ERR)\]/.test(line))
    .slice(-3)
    .join(" ")
    .slice(0, 2_000);
}

async function fileSize(path: string): Promise<number> {
  try {
    await using file = await open(path, "r");
    return (await file.stat()).size;
  } catch {
    return 0;
  }
}

function startFailure(detail: string, port: number, layout: NatsLayout): DockfraError {
  if (/address already in use/i.test(detail)) return portTaken(port);
  if (/no space left|insufficient storage|disk quota/i.test(detail)) {
    return unavailable(
      "nats_disk_full",
      `The bus cannot start: the disk that holds ${layout.storeDir} is full. Free some space and start again.`,
      {
        params: { path: layout.storeDir },
        retryable: false,
      },
    );
  }
  return unavailable(
    "nats_start_failed",
    `nats-server did not start: ${detail || "it said nothing"}. Its log is ${layout.logFile}.`,
    {
      params: { log: layout.logFile, detail: detail.slice(0, 2_000) },
      retryable: false,
    },
  );
}

function portTaken(port: number): DockfraError {
  return conflict(
    "nats_port_taken",
    `Port ${port} of 127.0.0.1 is in use by another program. Choose another port for the bus, or 0 for any.`,
    {
      params: { port },
    },
  );
}

/** Makes the refusal of a server whose schedules would silently never fire. */
export function tooOld(version: string): DockfraError {
  return unavailable(
    "nats_server_too_old",
    `nats-server ${version} is too old: ${minimumNatsVersion} or newer is needed, older ones accept a timer and never fire it. Install a newer one.`,
    { params: { version, minimum: minimumNatsVersion }, retryable: false },
  );
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: "wx", flush: true });
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}
