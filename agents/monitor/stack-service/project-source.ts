import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { readSayings } from "../../../stacks/project-file/project-reading.ts";
import { LiveTree } from "../../../stacks/tree-watch/live-tree.ts";
import { projectFileName } from "../../../stacks/project-file/project-file.ts";
import { join } from "node:path";
import { envPathOf, readProjectAtRoot, toReading, type ProjectReading } from "./project-reading.ts";

/** Where the monitor reads ROOT. */
export interface ProjectSource {
  /** What is at ROOT now. @throws `root_missing`, `root_not_directory`, `root_unreadable` */
  read(): Promise<ProjectReading>;
}

export interface SourceOptions {
  readonly bus: Pick<WorkerBus, "tell">;
  readonly root: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

/** The live source, with the work that goes on behind it until the signal. */
export interface LiveSource extends ProjectSource {
  readonly work: Promise<void>;
}

/** How long the feed is spared after it was told of a change. */
const tellEveryMs = 500;

/** Makes a source that watches ROOT: the feed is told of each change, and only what changed is read again. */
export function createProjectSource({ bus, root, stateDir, signal }: SourceOptions): LiveSource {
  const announce = createAnnouncer(bus, signal);
  let opening: Promise<LiveTree> | undefined;
  const open = (): Promise<LiveTree> =>
    (opening ??= LiveTree.open({
      root,
      sayings: [join(root, projectFileName), envPathOf(stateDir)],
      readOptions: async () => (await readSayings(root, stateDir)).options,
      onChange: ({ stacks, problems }) => announce(stacks.length, problems.length),
      signal,
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  const work = open()
    .then((tree) => tree.sweep())
    // who asks is told why ROOT cannot be read
    .catch(() => undefined);
  return {
    work,
    read: async () => {
      if (signal.aborted) return readProjectAtRoot(root, stateDir);
      const tree = await open();
      return toReading(await tree.current(), await readSayings(root, stateDir));
    },
  };
}

/** Tells the first change at once, and those that follow soon after together. */
function createAnnouncer(
  bus: SourceOptions["bus"],
  signal: AbortSignal,
): (stacks: number, problems: number) => void {
  let quietUntilMs = 0;
  let timer: NodeJS.Timeout | undefined;
  return (stacks, problems) => {
    clearTimeout(timer);
    const tell = (): void => {
      if (signal.aborted) return;
      quietUntilMs = Date.now() + tellEveryMs;
      bus.tell({
        source: "monitor",
        kind: "event",
        atMs: Date.now(),
        code: "stacks_changed",
        params: { stacks, problems },
      });
    };
    timer = setTimeout(tell, Math.max(0, quietUntilMs - Date.now()));
    timer.unref();
  };
}
