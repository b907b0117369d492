import { watch, type FSWatcher } from "node:fs";
import { dirname, join } from "node:path";

/** Told of each change: the directory, and the name in it where the system says it. */
export type OnChange = (dir: string, name: string | undefined, kind: "content" | "entry") => void;

export interface DirWatchesOptions {
  /** A real path. */
  readonly root: string;
  readonly onChange: OnChange;
  /** Told once, when the system gives no more watches; nothing is watched from then on. */
  readonly onExhausted: (code: string) => void;
  /** Whether one watch sees all below it; default: where the system does that itself. */
  readonly recursive?: boolean;
}

/**
 * Watches directories. On Linux each for itself: Node's recursive watch there is made of the same single ones, for
 * every directory, so that a `node_modules` would use up what the system allows.
 */
export class DirWatches {
  readonly #options: DirWatchesOptions;
  readonly #watches = new Map<string, FSWatcher>();
  readonly #recursive: boolean;
  #isClosed = false;

  constructor(options: DirWatchesOptions) {
    this.#options = options;
    this.#recursive = options.recursive ?? ["darwin", "win32"].includes(process.platform);
  }

  /** How many watches are open. */
  get size(): number {
    return this.#watches.size;
  }

  /** Watches these directories and no others. */
  set(dirs: Iterable<string>): void {
    if (this.#isClosed) return;
    const wanted = new Set(this.#recursive ? [this.#options.root] : dirs);
    for (const dir of this.#watches.keys()) if (!wanted.has(dir)) this.#drop(dir);
    for (const dir of wanted) if (!this.#isClosed && !this.#watches.has(dir)) this.#add(dir);
  }

  close(): void {
    this.#isClosed = true;
    for (const dir of this.#watches.keys()) this.#drop(dir);
  }

  #add(dir: string): void {
    try {
      const watcher = watch(dir, { persistent: false, recursive: this.#recursive }, (event, name) => {
        const path = name === null ? undefined : join(dir, name);
        const at = path === undefined ? dir : dirname(path);
        this.#options.onChange(
          at,
          path?.slice(at.length + 1),
          event === "change" && name !== null ? "content" : "entry",
        );
      });
      watcher.on("error", () => this.#drop(dir));
      this.#watches.set(dir, watcher);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      // gone between the look and the watch: the change above it is told
      if (["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP"].includes(code)) return;
      this.close();
      this.#options.onExhausted(code);
    }
  }

  #drop(dir: string): void {
    this.#watches.get(dir)?.close();
    this.#watches.delete(dir);
  }
}
