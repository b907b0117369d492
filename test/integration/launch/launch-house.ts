import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { createLogger } from "../../../bus/kernel/log.ts";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import type { JobView, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import type { StackRelease } from "../../../bus/messages/stack-watch.ts";
import { servePreflight } from "../../../agents/monitor/stack-service/preflight.ts";
import { serveReleases } from "../../../agents/monitor/stack-service/releases.ts";
import { serveJobs } from "../../../agents/monitor/jobs/serve.ts";
import { createMemoryBus } from "../../../bus/memory/bus.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

/** A root with the monitor's jobs over it, on the real engine. */
export interface LaunchHouse extends AsyncDisposable {
  readonly scratch: Scratch;
  /** Begins every project, network and image name of this house. */
  readonly tag: string;
  readonly told: FeedEntry[];
  /** Begins a job and waits for its end. */
  run(action: StackAction): Promise<JobView>;
  begin(action: StackAction): Promise<string>;
  wait(id: string, until?: (job: JobView) => boolean): Promise<JobView>;
  cancel(id: string): Promise<JobView>;
  /** The stack's releases, newest first. */
  releases(stack: string): Promise<StackRelease[]>;
  /** What a release changed. */
  diff(stack: string, to: string): Promise<string>;
  preflight(stack: string): Promise<Finding[]>;
  /** The lines of `docker` with these words. */
  docker(...words: readonly string[]): Promise<string[]>;
}

/** Makes a house; everything on the engine that carries its tag goes with it. */
export async function makeLaunchHouse(): Promise<LaunchHouse> {
  const scratch = await makeScratch();
  const tag = `c5${randomBytes(3).toString("hex")}`;
  const bus = createMemoryBus();
  const end = new AbortController();
  const told: FeedEntry[] = [];
  const monitor = bus.worker("monitor", "m");
  const watching = monitor.watchFeed((entry) => void told.push(entry), end.signal);
  const places = { bus: monitor, root: scratch.dir, stateDir: scratch.path("dockfra"), prefix: tag };
  const options = { ...places, log: createLogger("test", "silent"), signal: end.signal };
  const serving = Promise.all([serveJobs(options), serveReleases(options), servePreflight(options)]);
  const client = bus.client("operator");
  const docker = async (...words: readonly string[]): Promise<string[]> => {
    const { stdout } = await execa("docker", words, { reject: false, stdin: "ignore" });
    return stdout.split("\n").filter((line) => line !== "");
  };
  const begin = async (action: StackAction): Promise<string> => {
    const id = randomBytes(4).toString("hex");
    await client.question("monitor.act", { id, action, by: "ada" });
    return id;
  };
  const wait: LaunchHouse["wait"] = async (id, until = ({ state }) => state !== "running") => {
    for (;;) {
      const job = await client.question("monitor.job", { id, waitMs: 100 });
      if (until(job) || job.state !== "running") return job;
    }
  };
  return {
    ...{ scratch, tag, told, begin, wait, docker },
    run: async (action) => wait(await begin(action)),
    releases: async (stack) => (await client.question("monitor.releases", { stack })).releases,
    diff: async (stack, to) => (await client.question("monitor.release-diff", { stack, to })).diff,
    preflight: async (stack) => (await client.question("monitor.preflight", { stacks: [stack] })).findings,
    cancel: (id) => client.question("monitor.job-cancel", { id }),
    async [Symbol.asyncDispose]() {
      end.abort();
      await Promise.all([serving, watching]);
      const ids = await docker("ps", "-aq", "--filter", `name=${tag}`);
      if (ids.length > 0) await docker("rm", "-f", ...ids);
      for (const kind of ["network", "volume"]) {
        const names = await docker(kind, "ls", "--format", "{{.Name}}", "--filter", `name=${tag}`);
        if (names.length > 0) await docker(kind, "rm", ...names);
      }
      const images = await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", `${tag}*`);
      if (images.length > 0) await docker("image", "rm", ...images);
      await bus[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}
