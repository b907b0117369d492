import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { vi } from "vitest";
import type { JobView, StackAction } from "../../../bus/messages/stack-jobs.ts";
import type { Finding } from "../../../bus/messages/stack-service.ts";
import type { StackRelease } from "../../../bus/messages/stack-watch.ts";
import { createUserRepo } from "../../agents/user-repo.ts";
import { Crew } from "../agents/crew.ts";
import { freePort } from "./free-port.ts";

/** A committed project whose one stack is for a swarm, and a monitor at work on it. */
export interface SwarmHouse extends AsyncDisposable {
  readonly stack: string;
  readonly url: string;
  /** Commits a version, with further lines of its service, and gives the commit. */
  version(word: string, lines?: string): Promise<string>;
  /** Says in dockfra.yaml what runs the stack from now on. */
  use(target: "swarm" | "compose"): Promise<void>;
  /** Begins a job and waits for its end. */
  act(action: StackAction): Promise<JobView>;
  /** What keeps the stack from its deploy. */
  preflight(): Promise<Finding[]>;
  releases(): Promise<StackRelease[]>;
  /** What the app answers now. */
  page(): Promise<string>;
}

/** Makes the project and waits for the monitor's answers; the engine has to be in a swarm. */
export async function makeSwarmHouse(): Promise<SwarmHouse> {
  const stack = `sw${randomBytes(3).toString("hex")}`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const user = await createUserRepo();
  const use = async (target: "swarm" | "compose"): Promise<void> => {
    const deploy = `{target: ${target}, url: "${url}", health: /, health_timeout_s: 60}`;
    await user.commit({ "dockfra.yaml": `deploy:\n  ${stack}: ${deploy}\n` });
  };
  await use("swarm");
  const crew = new Crew(user, {
    stacks: [{ name: stack, repo: "project", dir: user.dir, files: ["compose.yaml"], deployable: true }],
  });
  crew.start("monitor");
  const operator = crew.bus.client("operator");
  await vi.waitFor(() => operator.question("monitor.jobs", {}), { timeout: 60_000 });
  const act = async (action: StackAction): Promise<JobView> => {
    const id = randomBytes(4).toString("hex");
    let job = await operator.question("monitor.act", { id, action, by: "kim" });
    while (job.state === "running") job = await operator.question("monitor.job", { id, waitMs: 1_000 });
    return job;
  };
  return {
    ...{ stack, url, use, act },
    version: (word, lines = "init: true") =>
      user.commit({
        "compose.yaml": `name: ${stack}
services:
  web:
    image: busybox:latest
    command: [httpd, -f, -p, "127.0.0.1:${port}", -h, /w]
    configs: [{source: page, target: /w/index.html}]
    network_mode: host
    stop_grace_period: 1s
    deploy: {update_config: {monitor: 1s, order: stop-first}, restart_policy: {delay: 0s}}
    ${lines}
configs: {page: {content: ${word}}}
`,
      }),
    preflight: async () => {
      const { findings } = await operator.question("monitor.preflight", { stacks: [stack] });
      return findings.filter(({ code }) => code.startsWith("swarm_"));
    },
    releases: async () => (await operator.question("monitor.releases", { stack })).releases,
    page: async () => (await fetch(url)).text(),
    async [Symbol.asyncDispose]() {
      await crew[Symbol.asyncDispose]();
      const quiet = { reject: false, stdin: "ignore" } as const;
      await execa("docker", ["stack", "rm", stack], quiet);
      await execa("docker", ["compose", "--project-name", stack, "down", "--timeout", "0"], quiet);
      await user[Symbol.asyncDispose]();
    },
  };
}
