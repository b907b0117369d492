import { join } from "node:path";
import { runAgent } from "../../agents/runtime/agent.ts";
import { notFound } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { ProjectFacts } from "../../bus/messages/questions.ts";
import type { WorkerBus } from "../../bus/ports/bus.ts";
import { updateCheckout } from "./checkout.ts";
import { createMirror } from "./mirror.ts";
import { keepModelKeys } from "./model-keys.ts";
import { serveMachine } from "./machine.ts";
import { readProjectFacts } from "./project-facts.ts";
import { keepRoleFolders } from "./role-folder-copies.ts";
import { findRepos } from "./repos.ts";

/** How the roles run, and where they answer over SSH. */
export type RuntimeFacts = Pick<ProjectFacts, "runtime" | "runtimeWarning" | "sshPorts">;

export interface HostOptions {
  readonly bus: WorkerBus;
  readonly root: string;
  readonly stateDir: string;
  /** Name of the installation. */
  readonly prefix: string;
  /** How the roles run now. */
  readonly runtime: () => RuntimeFacts;
  readonly instance: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Answers what only the host can see, and brings the user's checkout up to date; reads everything else only. */
export async function runHost({
  bus,
  root,
  stateDir,
  prefix,
  runtime,
  instance,
  log,
  signal,
}: HostOptions): Promise<void> {
  const mirror = createMirror(stateDir);
  const answering = bus.serveQuestion(
    "host.project",
    async () => {
      const { runtime: how, ...more } = runtime();
      const facts = await readProjectFacts(root, how, more);
      if (how !== "docker") return facts;
      const { repos, problems } = await mirror.refresh(facts.repos);
      return { ...facts, repos, problems: [...facts.problems, ...problems] };
    },
    signal,
  );
  const working = runAgent({
    worker: "host",
    instance,
    bus,
    log,
    signal,
    // one checkout at a time: git would refuse a second one by its lock
    maxInHand: 1,
    handlers: {
      "host.checkout": async (input) => {
        const { repos } = await findRepos(root);
        const repo = repos.find((candidate) => candidate.name === input.repo);
        if (!repo)
          throw notFound("repo_unknown", `No repository named "${input.repo}" below ${root}.`, {
            params: { repo: input.repo, known: repos.map(({ name }) => name).join(", ") || "none", root },
          });
        return updateCheckout(input, { repo, exchangeDir: join(stateDir, "exchange") });
      },
    },
  });
  const inContainers = (): boolean => runtime().runtime === "docker";
  await Promise.all([
    answering,
    serveMachine({ bus, root, stateDir, signal, prefix }),
    keepModelKeys({ stateDir, inContainers, log, signal }),
    keepRoleFolders({ root, stateDir, inContainers, log, signal }),
    working,
  ]);
}
