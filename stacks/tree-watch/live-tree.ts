import { join, resolve } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { DiscoverOptions, Discovery } from "../discover/discover.ts";
import { DirWatches } from "./dir-watches.ts";
import { TreeModel } from "./tree-model.ts";
import type { TreeChange } from "./tree-model.ts";

export interface LiveTreeOptions {
  readonly root: string;
  /** Files that say how the tree is read; a change of one reads it anew. Absolute. */
  readonly sayings: readonly string[];
  /** What those say now. */
  readonly readOptions: () => Promise<DiscoverOptions>;
  /** Told after each change that made another model, or of what is said of it. */
  readonly onChange?: (discovery: Discovery) => void;
  readonly signal: AbortSignal;
  /** Default: as the system does it. */
  readonly recursive?: boolean;
  /** How often the tree is looked through where the system gives no watches. */
  readonly pollMs?: number;
}

/** A burst of changes, as of a checkout, is taken in together. */
const burstMs = 5;
const longestBurstMs = 50;
/** Systems lose events, and some mounts have none: the tree is looked through now and then, at most 1 % of the time. */
const shortestSweepMs = 30_000;
const sweepShare = 100;

/** The stacks below a root, kept up to date by the system's events. */
export class LiveTree {
  readonly #options: LiveTreeOptions;
  readonly #sayings: ReadonlySet<string>;
  readonly #watches: DirWatches;
  #model: TreeModel;
  #discovery: Discovery;
  #changes: TreeChange[] = [];
  #burstSinceMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isPolling = false;
  #watched: ReadonlySet<string> | undefined;

  private constructor(options: LiveTreeOptions, model: TreeModel) {
    this.#options = options;
    this.#model = model;
    this.#discovery = model.discovery();
    this.#sayings = new Set(options.sayings);
    this.#watches = new DirWatches({
      root: model.root,
      ...(options.recursive === undefined ? {} : { recursive: options.recursive }),
      onChange: (dir, name) => this.#note({ dir, name }),
      onExhausted: () => {
        this.#isPolling = true;
      },
    });
  }

  /** Reads a tree and watches it until the signal. @throws root_missing, root_not_directory, root_unreadable */
  static async open(options: LiveTreeOptions): Promise<LiveTree> {
    const root = resolve(options.root);
    const tree = new LiveTree(options, await TreeModel.open(root, await options.readOptions()));
    tree.#watch();
    options.signal.addEventListener("abort", () => tree.#watches.close(), { once: true });
    // what changed between the reading and the watching
    await tree.#enqueue(() => tree.#model.walk());
    return tree;
  }

  /** Whether the tree is looked through by the clock because the system gives no watches. */
  get isPolling(): boolean {
    return this.#isPolling;
  }

  /** What is there now; changes that the system has told of are in it. */
  async current(): Promise<Discovery> {
    await nextTurn();
    await nextTurn();
    this.#flush();
    await this.#work;
    return this.#discovery;
  }

  /** Looks through the tree now and then, until the signal. */
  async sweep(): Promise<void> {
    const { signal, pollMs = 2_000 } = this.#options;
    let tookMs = 0;
    while (!signal.aborted) {
      const pauseMs = Math.max(this.#isPolling ? pollMs : shortestSweepMs, tookMs * sweepShare);
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) break;
      const startMs = performance.now();
      await this.#enqueue(async () => this.#model.reread(await this.#options.readOptions()));
      tookMs = performance.now() - startMs;
    }
    await this.#work;
  }

  #note(change: TreeChange): void {
    if (this.#options.signal.aborted) return;
    const nowMs = performance.now();
    this.#changes.push(change);
    this.#burstSinceMs ??= nowMs;
    clearTimeout(this.#timer);
    const waitMs = Math.min(burstMs, this.#burstSinceMs + longestBurstMs - nowMs);
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, waitMs));
    this.#timer.unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    const changes = this.#changes;
    if (changes.length === 0) return;
    this.#changes = [];
    this.#burstSinceMs = undefined;
    const isSaid = changes.some(({ dir, name = "" }) => this.#sayings.has(join(dir, name)));
    void this.#enqueue(async () => {
      if (isSaid) await this.#model.reread(await this.#options.readOptions());
      else if (await this.#model.apply(changes)) await this.#model.walk();
    }, isSaid);
  }

  /** One after the other; a tree that cannot be read just now stays as it was. */
  #enqueue(work: () => Promise<void>, isSaid = false): Promise<void> {
    this.#work = this.#work
      .then(work)
      .then(() => this.#publish(isSaid))
      .catch((error: unknown) => {
        if (!(error instanceof Error && "code" in error)) throw error;
      });
    return this.#work;
  }

  #publish(isSaid: boolean): void {
    const discovery = this.#model.discovery();
    const isSame = !isSaid && isEqual(discovery, this.#discovery);
    this.#discovery = discovery;
    this.#watch();
    if (!isSame && !this.#options.signal.aborted) this.#options.onChange?.(discovery);
  }

  #watch(): void {
    const watched = this.#model.watchedDirs();
    if (watched === this.#watched) return;
    this.#watched = watched;
    const dirs = new Set(watched);
    for (const path of this.#sayings) dirs.add(resolve(path, ".."));
    this.#watches.set(dirs);
  }
}

/** Readings are kept as long as nothing changes, so what is the same is the same object. */
function isEqual(a: Discovery, b: Discovery): boolean {
  const isSame = (left: readonly unknown[], right: readonly unknown[]): boolean =>
    left.length === right.length && left.every((one, index) => one === right[index]);
  return isSame(a.stacks, b.stacks) && isSame(a.problems, b.problems);
}
