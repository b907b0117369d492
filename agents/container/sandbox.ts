import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { conflict, unavailable } from "../../bus/kernel/errors.ts";
import { runProgram, type ProgramRun, type ProgramRunner } from "../../stacks/processes/program-run.ts";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { makePrivateDirectory } from "../git/fixed-config.ts";
import { createSerial } from "../runtime/serial.ts";
import { sandboxUid, type ContainerPlace } from "./place.ts";
import { endProcessesOf } from "./user-processes.ts";
import { asSandbox } from "./users.ts";

/** Where a model's or a ticket's programs run: engines, tests, checks that are commands. */
export interface Sandbox {
  /** Runs one program to its end; nothing of it is left running afterwards. */
  readonly run: ProgramRunner;
  /** HOME of what runs there. */
  readonly home: string;
  /** Directory of the trees that its programs may write to; absent where they are the agent's own user. */
  readonly treesDir?: string;
  /** Makes its places ready. @throws conflict `work_place_taken` */
  prepare(): Promise<void>;
  /** Removes all that is in a directory, whoever of both users made it. */
  empty(dir: string): Promise<void>;
}

/** Makes what stands for a sandbox where everything is one user: nothing is held back. */
export function createProcessSandbox(home: string): Sandbox {
  return {
    run: runProgram,
    home,
    prepare: () => makePrivateDirectory(home),
    empty: emptyDirectory,
  };
}

export interface ContainerSandboxOptions {
  readonly place: Pick<ContainerPlace, "workDir">;
  readonly instance: string;
  readonly uid?: number;
  /** Makes an argv run as that user. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** Places that every user may write to: what is left there goes with the program. */
  readonly tmpDirs?: readonly string[];
}

const tidyMs = 60_000;

/**
 * Makes the sandbox of a role's container: a user that holds nothing, one program at a time, all its processes ended
 * after it. What it wrote in its directory is made readable and removable for the agent again.
 */
export function createContainerSandbox(options: ContainerSandboxOptions): Sandbox {
  const { place, instance, uid = sandboxUid, wrap = asSandbox, tmpDirs = ["/tmp", "/dev/shm"] } = options;
  const treesDir = join(place.workDir, instance);
  const home = join(treesDir, ".home");
  const serial = createSerial();

  async function tidy(argv: readonly string[]): Promise<ProgramRun> {
    const run = await runProgram(wrap(argv), {
      cwd: "/",
      env: pickEnvironment(["PATH"]),
      timeoutMs: tidyMs,
    });
    if (run.notStarted !== undefined || run.timedOut)
      throw unavailable(
        "sandbox_failed",
        `The sandbox did not tidy up: ${run.notStarted ?? "out of time"}. Start the role again.`,
        {
          params: { why: run.notStarted ?? "out of time" },
        },
      );
    return run;
  }

  return {
    home,
    treesDir,
    run: (argv, runOptions) =>
      serial("run", async () => {
        try {
          return await runProgram(wrap(argv), {
            ...runOptions,
            env: withHome(runOptions.env, home),
            onEnded: () => endProcessesOf(uid),
          });
        } finally {
          await endProcessesOf(uid);
          // what is the agent's is left alone: only an owner may change modes
          await tidy(["chmod", "-Rf", "u+rwX,g+rwX,-t", "--", runOptions.cwd]);
          await tidy(["find", ...tmpDirs, "-xdev", "-mindepth", "1", "-uid", String(uid), "-delete"]);
        }
      }),
    async prepare() {
      await makeShared(treesDir, 0o2755);
      await makeShared(home, 0o2775);
    },
    empty: (dir) =>
      serial("run", async () => {
        await tidy(["chmod", "-Rf", "u+rwX,g+rwX,-t", "--", dir]);
        // an access list can shut the agent out of a directory, never its owner
        await tidy(["find", dir, "-mindepth", "1", "-delete"]);
        await emptyDirectory(dir);
      }),
  };
}

/** The agent's own HOME is no place for others. */
function withHome(env: Readonly<Record<string, string>>, home: string): Record<string, string> {
  const { HOME: wanted = home } = env;
  return { ...env, HOME: wanted === process.env["HOME"] ? home : wanted };
}

/** Makes a directory of the agent's in the sandbox's group, or makes sure that it is one. @throws conflict `work_place_taken` */
export async function makeShared(dir: string, mode: number): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const found = await lstat(dir);
  // a link, or somebody else's, could be swapped for another place under our hands
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid))
    throw conflict(
      "work_place_taken",
      `${dir} is not the agent's own directory. Remove the volume of work trees, then start the role again.`,
      { params: { dir } },
    );
  await chmod(dir, mode);
}

async function emptyDirectory(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
}
