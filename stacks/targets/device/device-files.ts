/** The files of one device, as far as a deploy needs them; paths are absolute, on the device. */
export interface DeviceFiles extends AsyncDisposable {
  /** The last bytes of a file, or `undefined` where there is none. */
  read(path: string, maxBytes: number): Promise<Buffer | undefined>;
  /** Replaces a small file at once: a reader sees the old text or the new one. */
  replace(path: string, text: string): Promise<void>;
  /** Copies one of our files there. */
  upload(from: string, to: string, mode: number): Promise<void>;
  /** Makes a directory where there is none; the one it is in must be there. */
  makeDir(path: string): Promise<void>;
  /** Names in a directory; empty where there is none. */
  list(path: string): Promise<DeviceEntry[]>;
  rename(from: string, to: string): Promise<void>;
  /** Points a symbolic link somewhere, at once, whether it is there or not. */
  link(path: string, to: string): Promise<void>;
  /** Where a symbolic link points; `undefined` where there is none. */
  readLink(path: string): Promise<string | undefined>;
  /** Removes a file, a link or a whole directory; nothing where there is none. */
  remove(path: string): Promise<void>;
}

export interface DeviceEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  /** When it was changed, by the device's clock. */
  readonly changedMs: number;
}
