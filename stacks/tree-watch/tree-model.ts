import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  openRoot,
  projectsPerTurn,
  settingsBelow,
  StackCache,
  toDiscovery,
  unreadableDirs,
  withSettings,
} from "../discover/discover.ts";
import type { DiscoverOptions, Discovery } from "../discover/discover.ts";
import { projectsIn } from "../discover/projects.ts";
import type { FileChoice } from "../discover/projects.ts";
import type { Problem } from "../discover/problems.ts";
import type { StackReading } from "../discover/stack.ts";
import { findComposeDirs, isWalkedName, entryKind } from "../discover/tree-walk.ts";
import type { ComposeDir } from "../discover/tree-walk.ts";

/** A change in the tree; without a name anything in the directory may have changed. */
export interface TreeChange {
  readonly dir: string;
  readonly name: string | undefined;
}

/** How many changed files are looked at before others have their turn. */
const entriesPerTurn = 50;

/** The stacks of a root, of which only what changed is read again. */
export class TreeModel {
  readonly root: string;
  readonly #cache = new StackCache();
  readonly #dirs = new Map<string, ComposeDir>();
  readonly #readings = new Map<string, readonly StackReading[]>();
  /** Directories by the files that had a say in their projects. */
  readonly #users = new Map<string, Set<string>>();
  #visited: ReadonlySet<string> = new Set();
  /** Made when it is asked for, as long as no path comes or goes. */
  #watched: ReadonlySet<string> | undefined;
  #problems: readonly Problem[] = [];
  #choice: FileChoice;
  #environment: Readonly<Record<string, string | undefined>> = {};

  private constructor(root: string) {
    this.root = root;
    this.#choice = { root, environment: "local", settings: [] };
  }

  /** Reads a tree for the first time. @throws root_missing, root_not_directory, root_unreadable */
  static async open(root: string, options: DiscoverOptions): Promise<TreeModel> {
    const model = new TreeModel(await openRoot(root));
    model.#set(options);
    await model.walk();
    return model;
  }

  /** Takes what people said of files; what it changes is read by the next {@link TreeModel.walk}. */
  #set({ environment = {}, composeEnvironment = "local", settings = [] }: DiscoverOptions): void {
    this.#environment = environment;
    this.#choice = {
      root: this.root,
      environment: composeEnvironment,
      settings: settingsBelow(this.root, settings),
    };
  }

  /** Reads the tree under other sayings. */
  async reread(options: DiscoverOptions): Promise<void> {
    this.#set(options);
    await this.walk();
  }

  /** Looks through the whole tree; files that did not change are not read again. */
  async walk(): Promise<void> {
    const walk = await findComposeDirs(this.root);
    const dirs = withSettings(walk.dirs, this.#choice);
    this.#visited = new Set(walk.visited);
    this.#watched = undefined;
    this.#problems = unreadableDirs(this.root, walk);
    this.#dirs.clear();
    for (const dir of dirs) this.#dirs.set(dir.dir, dir);
    for (const dir of this.#readings.keys()) if (!this.#dirs.has(dir)) this.#forget(dir);
    for (const [index, { dir }] of dirs.entries()) {
      if (index % projectsPerTurn === 0) await setImmediate();
      this.#read(dir);
    }
  }

  /** Takes changes in; whether the tree itself has to be walked again is the answer. */
  async apply(changes: readonly TreeChange[]): Promise<boolean> {
    const stale = new Set<string>();
    // one write is told of several times
    const once = new Map(changes.map((change) => [`${change.dir}\0${change.name}`, change]));
    let looked = 0;
    for (const { dir, name } of once.values()) {
      const path = name === undefined ? dir : join(dir, name);
      if (name === undefined || this.#visited.has(path)) return true;
      for (const user of this.#users.get(path) ?? []) stale.add(user);
      if (!this.#visited.has(dir)) continue;
      if (++looked % entriesPerTurn === 0) await setImmediate();
      const listed = entryKind(this.root, dir, name);
      if (listed === "directory") return true;
      if (isWalkedName(name)) {
        this.#list(dir, name, listed === "file");
        stale.add(dir);
      }
    }
    for (const dir of stale) this.#read(dir);
    return false;
  }

  /** What is there now. */
  discovery(): Discovery {
    const readings = [...this.#dirs.keys()].flatMap((dir) => this.#readings.get(dir) ?? []);
    return toDiscovery(this.root, readings, this.#problems);
  }

  /** Every directory in which a change matters. */
  watchedDirs(): ReadonlySet<string> {
    this.#watched ??= new Set([...this.#visited, ...[...this.#users.keys()].map((path) => dirname(path))]);
    return this.#watched;
  }

  #list(dir: string, name: string, isThere: boolean): void {
    const files = new Set(this.#dirs.get(dir)?.files);
    if (isThere) files.add(name);
    else files.delete(name);
    const isNew = !this.#dirs.has(dir);
    this.#dirs.set(dir, { dir, files: [...files].toSorted() });
    if (!isNew) return;
    const sorted = [...this.#dirs].toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.#dirs.clear();
    for (const [key, value] of sorted) this.#dirs.set(key, value);
  }

  #read(dir: string): void {
    const found = this.#dirs.get(dir);
    if (found === undefined) return this.#forget(dir);
    const readings = projectsIn(found, this.#choice).map((project) =>
      this.#cache.read(this.root, project, this.#environment),
    );
    const before = this.#readings.get(dir) ?? [];
    if (before.length === readings.length && readings.every((one, index) => one === before[index])) return;
    if (pathsOf(before) === pathsOf(readings)) {
      this.#readings.set(dir, readings);
      return;
    }
    this.#forget(dir);
    this.#readings.set(dir, readings);
    for (const reading of readings)
      for (const path of reading.stamps.keys()) {
        const users = this.#users.get(path) ?? new Set();
        this.#users.set(path, users.add(dir));
      }
  }

  #forget(dir: string): void {
    this.#watched = undefined;
    for (const reading of this.#readings.get(dir) ?? [])
      for (const path of reading.stamps.keys()) {
        const users = this.#users.get(path);
        users?.delete(dir);
        if (users?.size === 0) this.#users.delete(path);
      }
    this.#readings.delete(dir);
  }
}

function pathsOf(readings: readonly StackReading[]): string {
  return readings.flatMap(({ stamps }) => [...stamps.keys()]).join("\0");
}
