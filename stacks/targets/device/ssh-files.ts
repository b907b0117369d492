import { readFileSync } from "node:fs";
import ssh2, {
  type Client,
  type FileEntryWithStats,
  type ServerHostKeyAlgorithm,
  type SFTPWrapper,
} from "ssh2";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import { newId } from "../../../bus/kernel/ids.ts";
import { readIfThere } from "../durable-file.ts";
import type { DeviceFiles } from "./device-files.ts";
import type { DeviceKeys, DeviceSpec } from "./device-spec.ts";
import { findPins, isPinned, parsePin, type HostPin } from "./host-pins.ts";
import {
  deviceFailed,
  deviceUnreachable,
  hostKeyChanged,
  hostKeyUnknown,
  keyMissing,
  keyRefused,
} from "./device-errors.ts";

const connectTimeoutMs = 10_000;
const keepaliveMs = 5_000;
/** A larger file goes in pieces side by side. */
const wholeFileBytes = 256 * 1_024;
const directoryBit = 0o040_000;
const typeBits = 0o170_000;

/**
 * Opens the files of a device over SSH: SFTP on one channel and nothing else, so no command line exists that a name could
 * become part of. The host must show its pinned key.
 * @throws `host_key_changed`, `host_key_unknown`, `device_key_missing`, `device_refused`, `device_unreachable`
 */
export async function openDeviceFiles(
  name: string,
  spec: DeviceSpec,
  keys: DeviceKeys,
  signal?: AbortSignal,
): Promise<DeviceFiles> {
  signal?.throwIfAborted();
  const client = await connect(name, spec, keys);
  const hangUp = (): void => {
    client.end();
    client.destroy();
  };
  try {
    client.setNoDelay(true);
    const sftp = await ask<SFTPWrapper>(name, (done) => client.sftp(done));
    return new SshFiles(name, sftp, hangUp);
  } catch (error) {
    hangUp();
    throw error;
  }
}

function connect(name: string, spec: DeviceSpec, keys: DeviceKeys): Promise<Client> {
  const { host, port, user } = spec;
  const pins = pinsOf(spec, keys);
  const privateKey = readKey(name, keys);
  const client = new ssh2.Client();
  let shown: Buffer | undefined;
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { level?: string }): void => {
      client.destroy();
      if (shown !== undefined && !isPinned(pins, shown))
        reject(pins.length > 0 ? hostKeyChanged(name, spec, shown) : hostKeyUnknown(name, spec, shown));
      else if (error.level === "client-authentication") reject(keyRefused(name, spec, error));
      else reject(deviceUnreachable(name, spec, error));
    };
    client.once("ready", () => {
      client.off("error", fail);
      // what is under way is told by its own callback
      client.on("error", () => client.destroy());
      resolve(client);
    });
    client.once("error", fail);
    client.connect({
      ...{ host, port, username: user, privateKey },
      ...{ readyTimeout: connectTimeoutMs, keepaliveInterval: keepaliveMs, keepaliveCountMax: 3 },
      agentForward: false,
      authHandler: ["publickey"],
      // a host with several keys shall show the kind that is pinned
      ...(pins.length > 0
        ? { algorithms: { serverHostKey: pins.map(({ type }) => type as ServerHostKeyAlgorithm) } }
        : {}),
      hostVerifier: (key: Buffer) => {
        shown = key;
        return isPinned(pins, key);
      },
    });
  });
}

function pinsOf({ host, port, hostKey }: DeviceSpec, { knownHostsFile }: DeviceKeys): HostPin[] {
  if (hostKey !== undefined) return parsePin(hostKey);
  return findPins(readIfThere(knownHostsFile) ?? "", host, port);
}

function readKey(name: string, { privateKeyFile }: DeviceKeys): Buffer {
  try {
    return readFileSync(privateKeyFile);
  } catch (error) {
    throw keyMissing(name, privateKeyFile, error);
  }
}

type Done<T> = (error: Error | null | undefined, value?: T) => void;

/** Turns a callback into a promise; what SFTP refuses becomes a coded error with its reason. */
function ask<T = void>(name: string, run: (done: Done<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      run((error, value) => (error ? reject(deviceFailed(name, error)) : resolve(value as T)));
    } catch (error) {
      reject(deviceFailed(name, error));
    }
  });
}

class SshFiles implements DeviceFiles {
  readonly #name: string;
  readonly #sftp: SFTPWrapper;
  readonly #hangUp: () => void;

  constructor(name: string, sftp: SFTPWrapper, hangUp: () => void) {
    this.#name = name;
    this.#sftp = sftp;
    this.#hangUp = hangUp;
  }

  async read(path: string, maxBytes: number): Promise<Buffer | undefined> {
    const handle = await this.#orMissing(this.#ask<Buffer>((done) => this.#sftp.open(path, "r", done)));
    if (handle === undefined) return undefined;
    try {
      const { size } = await this.#ask<{ size: number }>((done) => this.#sftp.fstat(handle, done));
      const buffer = Buffer.alloc(Math.min(size, maxBytes));
      const start = size - buffer.length;
      let got = 0;
      while (got < buffer.length) {
        const read = await this.#ask<number>((done) =>
          this.#sftp.read(handle, buffer, got, buffer.length - got, start + got, (error, bytes) =>
            done(error, bytes),
          ),
        );
        if (read === 0) break;
        got += read;
      }
      return buffer.subarray(0, got);
    } finally {
      await this.#ask((done) => this.#sftp.close(handle, done));
    }
  }

  async replace(path: string, text: string): Promise<void> {
    const draft = `${path}.${newId()}.draft`;
    await this.#ask((done) => this.#sftp.writeFile(draft, text, { mode: 0o644 }, done));
    await this.rename(draft, path);
  }

  async upload(from: string, to: string, mode: number): Promise<void> {
    const body = readFileSync(from);
    if (body.length <= wholeFileBytes)
      await this.#ask((done) => this.#sftp.writeFile(to, body, { mode }, done));
    else await this.#ask((done) => this.#sftp.fastPut(from, to, { mode, concurrency: 16 }, done));
  }

  async makeDir(path: string): Promise<void> {
    try {
      await this.#ask((done) => this.#sftp.mkdir(path, { mode: 0o755 }, done));
    } catch (error) {
      // SFTP has no code of its own for "is there already"
      const there = await this.#orMissing(this.#ask<{ mode: number }>((done) => this.#sftp.stat(path, done)));
      if (there === undefined || (there.mode & typeBits) !== directoryBit) throw error;
    }
  }

  async list(path: string): Promise<{ name: string; isDirectory: boolean; changedMs: number }[]> {
    const entries = await this.#orMissing(
      this.#ask<FileEntryWithStats[]>((done) => this.#sftp.readdir(path, done)),
    );
    return (entries ?? []).map(({ filename, attrs }) => ({
      name: filename,
      isDirectory: (attrs.mode & typeBits) === directoryBit,
      changedMs: attrs.mtime * 1_000,
    }));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#ask((done) => this.#sftp.ext_openssh_rename(from, to, done));
  }

  async link(path: string, to: string): Promise<void> {
    const draft = `${path}.${newId()}.draft`;
    await this.#ask((done) => this.#sftp.symlink(to, draft, done));
    await this.rename(draft, path);
  }

  readLink(path: string): Promise<string | undefined> {
    return this.#orMissing(this.#ask<string>((done) => this.#sftp.readlink(path, done)));
  }

  async remove(path: string): Promise<void> {
    const stats = await this.#orMissing(this.#ask<{ mode: number }>((done) => this.#sftp.lstat(path, done)));
    if (stats === undefined) return;
    if ((stats.mode & typeBits) !== directoryBit) return this.#ask((done) => this.#sftp.unlink(path, done));
    for (const { name } of await this.list(path)) await this.remove(`${path}/${name}`);
    await this.#ask((done) => this.#sftp.rmdir(path, done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve(this.#hangUp());
  }

  #ask<T = void>(run: (done: Done<T>) => unknown): Promise<T> {
    return ask(this.#name, run);
  }

  async #orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof DockfraError && error.params["status"] === missingStatus) return undefined;
      throw error;
    }
  }
}

/** SSH_FX_NO_SUCH_FILE */
const missingStatus = 2;
