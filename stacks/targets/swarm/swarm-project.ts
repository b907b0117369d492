import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DockfraError, unavailable } from "../../../bus/kernel/errors.ts";
import type { ProgramRun } from "../../processes/program-run.ts";
import {
  ComposeProject,
  type ComposeProjectOptions,
  type ProjectContainer,
  type Readiness,
  type ReadyOptions,
  type UpOptions,
} from "../compose/compose-project.ts";
import type { Revision } from "../compose/compose-state.ts";
import type { ContainerView } from "../compose/containers.ts";
import { swarmLabels } from "../../watch/container.ts";
import { lastWords } from "../compose/docker-cli.ts";
import { configInvalid } from "../compose/up-failure.ts";
import { readIfThere, writeDurably } from "../durable-file.ts";
import { sealFiles, withFiles } from "./file-objects.ts";
import { kernelLacksBalancing } from "./kernel.ts";
import { imageLabel, ResolvedConfig, settingsLabel, toStackFile } from "./stack-file.ts";
import { ownLabel } from "./stack-service.ts";
import { checkDeployable, imageLocal } from "./swarm-preflight.ts";
import { judge, SwarmService, SwarmTask, toContainerViews, type SwarmView } from "./swarm-tasks.ts";

const lookMs = 500;
/** How long a stack has to stay up, since one that ends at once was up too. */
const settleMs = 2_000;
const logMs = 20_000;
const goneMs = 120_000;

const Info = z.looseObject({
  LocalNodeState: z.string(),
  ControlAvailable: z.boolean().default(false),
  Nodes: z.int().default(1),
});
const ImageNames = z.array(z.looseObject({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() }));

/** One stack on a swarm where a Compose project would be; it differs in how it comes up, is looked at and goes. */
export class SwarmProject extends ComposeProject {
  readonly #name: string;
  readonly #options: ComposeProjectOptions;
  override readonly rollsItself: boolean = true;

  constructor(options: ComposeProjectOptions) {
    super(options);
    this.#name = options.project;
    this.#options = options;
  }

  override async checkReady(options: ReadyOptions): Promise<Readiness> {
    const { LocalNodeState: state, ControlAvailable: isManager, Nodes: nodes } = await this.#info();
    const { services } = await this.#look();
    const strangers = services.flatMap(({ Spec }) =>
      Spec.Labels[ownLabel] === undefined ? [Spec.Name] : [],
    );
    const hasProject = (await super.inspect()).length > 0;
    return checkDeployable(
      { state, isManager, nodes, strangers, hasProject },
      { ...options, project: this.#name, config: ResolvedConfig.parse(options.config) },
    );
  }

  override seal(config: unknown): Promise<unknown> {
    return sealFiles(config, this.#options.envFiles);
  }

  /** What Compose sealed is sealed anew where it comes up, so that a lacking file is told as its failure. */
  override unseal(config: unknown): unknown {
    return config;
  }

  /** Deploys a revision and waits until all of it runs and goes on running; the exit code says how it went. */
  override async up(revision: Revision, options: UpOptions): Promise<ProgramRun> {
    try {
      const config = await this.#configOf(revision);
      const { Nodes: nodes } = await this.#info();
      const old = new Set((await this.#look()).tasks.map(({ ID }) => ID));
      const run = await this.#deploy(config, nodes, options);
      if (run.exitCode !== 0) return run;
      const ended = await this.#untilUp(run, old, options);
      if (ended.exitCode === 0) await this.#dropUnused(config);
      return ended;
    } catch (error) {
      // what ran before has to come back, so this is an answer too
      if (!(error instanceof DockfraError) || error.retryable) throw error;
      return { ...noRun, stderr: error.message };
    }
  }

  override async containers(): Promise<ContainerView[]> {
    return toContainerViews(await this.#look(), this.#name);
  }

  /** The containers of tasks that run on the engine itself. */
  override async inspect(): Promise<ProjectContainer[]> {
    return (await this.inspectBy(swarmLabels.stack))
      .filter(({ running }) => running)
      .map((container) => ({
        ...container,
        image: container.labels[imageLabel] ?? container.image,
        configHash: container.labels[settingsLabel] ?? "",
      }));
  }

  /** A task's container comes back by itself: only the whole stack can go. */
  override async removeContainers(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.remove();
  }

  override async logs(lines: number, sinceMs: number): Promise<string[]> {
    const { services } = await this.#look();
    const flags = ["--timestamps", "--no-task-ids", "--tail", String(lines)];
    const since = new Date(sinceMs).toISOString();
    const runs = await Promise.all(
      services.map(({ ID }) =>
        // it waits for tasks that have no container yet
        this.run(["service", "logs", ...flags, "--since", since, "--", ID], { timeoutMs: logMs }),
      ),
    );
    return runs
      .flatMap(({ stdout, stderr }) => `${stdout}${stderr}`.split("\n"))
      .filter((line) => /^\d{4}-\d\d-\d\dT/.test(line))
      .toSorted()
      .map((line) => line.replace(/^\S+ /, ""))
      .slice(-lines);
  }

  override stop(): Promise<void> {
    return this.remove();
  }

  /** Removes the stack and waits until its tasks and networks are gone; volumes stay. */
  override async remove(): Promise<void> {
    if ((await this.#info()).LocalNodeState !== "active") return;
    await this.docker("stack", "rm", "--", this.#name);
    const untilMs = performance.now() + goneMs;
    const filter = ["--quiet", "--filter", `label=${swarmLabels.stack}=${this.#name}`];
    for (;;) {
      const lists = [
        ["ps", "--all", ...filter],
        ["network", "ls", ...filter],
        ["service", "ls", ...filter],
      ];
      const left = await Promise.all(lists.map((args) => this.docker(...args)));
      if (left.every(({ stdout }) => stdout.trim() === "")) return;
      if (performance.now() > untilMs)
        throw unavailable("swarm_not_gone", `Parts of "${this.#name}" are still on the swarm. Try again.`, {
          params: { project: this.#name },
        });
      await sleep(lookMs);
    }
  }

  /** A stack that somebody else deployed is left alone: it could not be put back. */
  override findStarted(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override async execIn(service: string): Promise<string[]> {
    const [container] = (await this.inspect()).filter((one) => one.service === service);
    return ["exec", "--interactive", container?.id ?? service];
  }

  async #configOf(revision: Revision): Promise<ResolvedConfig> {
    const { sealed = "" } = revision;
    const text = readIfThere(sealed);
    if (text !== undefined) {
      const own = await this.seal(JSON.parse(text));
      writeDurably(sealed, JSON.stringify(own));
      return ResolvedConfig.parse(own);
    }
    const run = await this.config(revision);
    if (run.exitCode !== 0) throw configInvalid(this.#name, lastWords(run));
    return ResolvedConfig.parse(await this.seal(JSON.parse(run.stdout)));
  }

  async #deploy(config: ResolvedConfig, nodes: number, options: UpOptions): Promise<ProgramRun> {
    const isHere = this.#options.reachEngine === undefined;
    const lacksBalancing = nodes === 1 && isHere && kernelLacksBalancing();
    const images = await this.#resolveImages(config, nodes);
    const flags = ["--detach=true", "--prune", "--with-registry-auth", "--resolve-image", "never"];
    const { onStarted, signal, onLine, timeoutMs } = options;
    return withFiles(config, (files) =>
      this.run(["stack", "deploy", ...flags, "--compose-file", "-", "--", this.#name], {
        ...{
          timeoutMs,
          input: JSON.stringify(toStackFile(config, { lacksBalancing, images, files })),
        },
        ...(signal ? { signal } : {}),
        ...(onLine ? { onLine } : {}),
        ...(onStarted ? { onStarted } : {}),
      }),
    );
  }

  /** Names that no later build or pull moves: an id where there is one machine, else a registry's digest. */
  async #resolveImages(config: ResolvedConfig, nodes: number): Promise<Map<string, string>> {
    const found = await Promise.all(
      Object.entries(config.services).map(async ([name, { image = "" }]) => {
        const run = await this.run(["image", "inspect", "--", image]);
        const [known] = run.exitCode === 0 ? ImageNames.parse(JSON.parse(run.stdout)) : [];
        const digest = known?.RepoDigests?.[0];
        if (nodes > 1 && known && digest === undefined) throw imageLocal(this.#name, name);
        const exact = nodes > 1 ? digest : known?.Id;
        return exact === undefined ? [] : [[name, exact] as const];
      }),
    );
    return new Map(found.flat());
  }

  async #untilUp(
    run: ProgramRun,
    old: ReadonlySet<string>,
    { waitMs, signal, onLine }: UpOptions,
  ): Promise<ProgramRun> {
    const untilMs = performance.now() + waitMs;
    let upSinceMs: number | undefined;
    let told = "";
    for (;;) {
      if (signal?.aborted) return { ...run, exitCode: undefined, cancelled: true };
      const progress = judge(await this.#look(), old);
      const nowMs = performance.now();
      if (progress.state === "failed") return { ...run, exitCode: 1, stderr: progress.why };
      upSinceMs = progress.state === "up" ? (upSinceMs ?? nowMs) : undefined;
      if (upSinceMs !== undefined && nowMs - upSinceMs >= settleMs) return run;
      if (progress.state === "waiting" && nowMs > untilMs)
        return { ...run, exitCode: undefined, timedOut: true, stderr: progress.why };
      const why = progress.state === "waiting" ? `waiting for ${progress.why}` : told;
      if (why !== told) onLine?.(why);
      told = why;
      await sleep(lookMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }

  /** Takes away secrets and configs of earlier releases, which have them with them; one that is in use stays. */
  async #dropUnused(config: ResolvedConfig): Promise<void> {
    for (const [kind, wanted] of [
      ["secret", config.secrets],
      ["config", config.configs],
    ] as const) {
      const names = Object.values(wanted).map(({ name }) => name);
      const filter = ["--filter", `label=${swarmLabels.stack}=${this.#name}`, "--format", "{{.Name}}"];
      const { stdout } = await this.docker(kind, "ls", ...filter);
      for (const name of stdout.split("\n").filter((one) => one !== "" && !names.includes(one)))
        await this.run([kind, "rm", "--", name]);
    }
  }

  /** What is on the swarm now; nothing where there is no swarm. */
  async #look(): Promise<SwarmView> {
    const ids = await this.run([
      "service",
      "ls",
      "--quiet",
      "--filter",
      `label=${swarmLabels.stack}=${this.#name}`,
    ]);
    const names = ids.exitCode === 0 ? ids.stdout.split("\n").filter(Boolean) : [];
    if (names.length === 0) return { services: [], tasks: [] };
    const [found, list] = await Promise.all([
      this.run(["service", "inspect", "--", ...names]),
      this.run(["service", "ps", "--quiet", "--no-trunc", "--", ...names]),
    ]);
    const runs = [...new Set(list.stdout.split("\n").filter(Boolean))];
    const tasks =
      runs.length === 0 ? "[]" : (await this.run(["inspect", "--type", "task", "--", ...runs])).stdout;
    return {
      services: z.array(SwarmService).parse(JSON.parse(found.stdout || "[]")),
      tasks: z.array(SwarmTask).parse(JSON.parse(tasks || "[]")),
    };
  }

  async #info(): Promise<z.infer<typeof Info>> {
    const run = await this.docker("info", "--format", "{{json .Swarm}}");
    return Info.parse(JSON.parse(run.stdout));
  }
}

const noRun: ProgramRun = {
  ...{ exitCode: 1, signal: undefined, stdout: "", stderr: "" },
  ...{ timedOut: false, cancelled: false, tookMs: 0 },
};
