import { existsSync } from "node:fs";
import { z } from "zod";
import { unavailable, type DockfraError } from "../../../bus/kernel/errors.ts";
import type { ProgramRun } from "../../processes/program-run.ts";
import type { Revision } from "./compose-state.ts";
import { composeLabels, swarmLabels, taskOwnerOf } from "../../watch/container.ts";
import { parseContainers, type ContainerView } from "./containers.ts";
import { nameTaken } from "./up-failure.ts";
import { lastWords, runDocker, startDocker, type DockerOptions } from "./docker-cli.ts";
import { unsealFiles } from "../swarm/file-objects.ts";
import type { RunningProgram } from "../../processes/running-program.ts";

const shortCallMs = 30_000;
/** Stopping takes as long as the services' own grace periods. */
const longCallMs = 600_000;

export interface ComposeProjectOptions {
  readonly project: string;
  /** Gives the engine's address as `docker --host` has it; default: the local one. */
  readonly reachEngine?: () => Promise<string>;
  /** Read in this order, where they exist; later ones win. */
  readonly envFiles: readonly string[];
  /** Profiles that are on. */
  readonly profiles?: readonly string[];
  /** Values that are stronger than those of the env files. */
  readonly values?: Readonly<Record<string, string>>;
}

export interface UpOptions extends DockerOptions {
  readonly waitMs: number;
  /** Only these, without what they depend on; default: all. */
  readonly services?: readonly string[];
  /** Containers that are there stay as they are. */
  readonly keepsContainers?: boolean;
  readonly scale?: { readonly service: string; readonly count: number };
}

/** One container of a project, by what the engine says of it. */
export interface ProjectContainer {
  readonly id: string;
  readonly service: string;
  readonly image: string;
  readonly imageId: string;
  readonly configHash: string;
  readonly running: boolean;
  /** Whether it runs, and is healthy where that is looked at. */
  readonly serving: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is looked at before a release may change what runs. */
export interface ReadyOptions {
  readonly stack: string;
  /** The resolved configuration. */
  readonly config: unknown;
  readonly releaseDir: string;
  /** The stack's own directory, which has what git does not carry. */
  readonly ownDir: string;
  /** The user's project. */
  readonly root: string;
  /** Whether data is kept before each change. */
  readonly hasSnapshot: boolean;
}

/** Whether a release can be brought up. */
export interface Readiness {
  /** What it would be refused for, the first thing first. */
  readonly obstacles: readonly DockfraError[];
  /** Keys of its configuration that the engine's way of running it does not know. */
  readonly leftOut: readonly string[];
}

/** One Compose project on the engine, spoken to by the `docker compose` command only. */
export class ComposeProject {
  readonly #options: ComposeProjectOptions;
  /** Whether `up` replaces each service by itself so that what runs goes on. */
  readonly rollsItself: boolean = false;

  constructor(options: ComposeProjectOptions) {
    this.#options = options;
  }

  /** Looks whether a release can be brought up; nothing is changed. */
  async checkReady({ stack }: ReadyOptions): Promise<Readiness> {
    const { project } = this.#options;
    const isStack = (await this.inspectBy(swarmLabels.stack)).length > 0;
    const taken = nameTaken(stack, project, `docker stack rm ${project}`);
    return { obstacles: isStack ? [taken] : [], leftOut: [] };
  }

  /** Puts into a resolved configuration what it would read from files later; most of it is mounted as it is. */
  seal(config: unknown): Promise<unknown> {
    return Promise.resolve(config);
  }

  /** Turns what a swarm sealed into what Compose reads, with its files in a directory. */
  unseal(config: unknown, dir: string): unknown {
    return unsealFiles(config, dir);
  }

  /** The command that runs a program in a service; the program comes after it. */
  execIn(service: string): Promise<string[]> {
    return Promise.resolve(["compose", "--project-name", this.#options.project, "exec", "-T", service]);
  }

  /** The resolved configuration as JSON text, or what Compose has against it. */
  async config(revision: Pick<Revision, "projectDir" | "files">): Promise<ProgramRun> {
    return this.run([...this.#with(revision), "config", "--format", "json"], { timeoutMs: shortCallMs });
  }

  /** The configuration with its env files named and no value filled in, as JSON text. */
  async rawConfig(revision: Pick<Revision, "projectDir" | "files">): Promise<ProgramRun> {
    const flags = ["--format", "json", "--no-interpolate", "--no-env-resolution"];
    return this.run([...this.#with(revision), "config", ...flags], { timeoutMs: shortCallMs });
  }

  /** Builds what a revision builds; nothing that runs is touched. */
  async build(revision: Revision, options: DockerOptions): Promise<ProgramRun> {
    return this.run([...this.#with(revision), "build"], options);
  }

  /** Gets the images of services; nothing that runs is touched. */
  async pull(revision: Revision, services: readonly string[], options: DockerOptions): Promise<ProgramRun> {
    return this.run([...this.#with(revision), "pull", "--ignore-buildable", "--quiet", ...services], options);
  }

  /** Brings a revision up and waits for its containers; the exit code says how it went. */
  async up(
    revision: Revision,
    { waitMs, services, keepsContainers, scale, ...options }: UpOptions,
  ): Promise<ProgramRun> {
    const seconds = String(Math.ceil(waitMs / 1_000));
    const flags = ["--detach", "--no-build", "--wait", "--wait-timeout", seconds];
    if (services) flags.push("--no-deps");
    if (keepsContainers) flags.push("--no-recreate");
    if (scale) flags.push("--scale", `${scale.service}=${scale.count}`);
    return this.run([...this.#with(revision), "up", ...flags, ...(services ?? [])], options);
  }

  /** Every container of the project, those that run once for a job left out. */
  inspect(): Promise<ProjectContainer[]> {
    return this.inspectBy(composeLabels.project);
  }

  /** Every container with the project's name under this label. */
  protected async inspectBy(label: string): Promise<ProjectContainer[]> {
    const filter = `label=${label}=${this.#options.project}`;
    const ids = await this.docker("ps", "--all", "--quiet", "--no-trunc", "--filter", filter);
    const names = ids.stdout.split("\n").filter(Boolean);
    if (names.length === 0) return [];
    const run = await this.run(["inspect", "--type", "container", "--", ...names], {
      timeoutMs: shortCallMs,
    });
    // one may have gone since; the others are told all the same
    return Inspected.parse(JSON.parse(run.stdout === "" ? "[]" : run.stdout)).flatMap((found) => {
      const labels = found.Config.Labels;
      const service = taskOwnerOf(labels)?.service ?? labels[composeLabels.service];
      if (service === undefined || labels[composeLabels.oneOff] === "True") return [];
      return [
        {
          ...{ id: found.Id, service, image: found.Config.Image, imageId: found.Image, labels },
          configHash: labels["com.docker.compose.config-hash"] ?? "",
          running: found.State.Running,
          serving: found.State.Running && (found.State.Health?.Status ?? "healthy") === "healthy",
        },
      ];
    });
  }

  /** Stops containers, each within its own grace period, and removes them. */
  async removeContainers(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.docker("stop", "--", ...ids);
    await this.docker("rm", "--force", "--", ...ids);
  }

  /** Gives an image a further name. */
  async tag(image: string, name: string): Promise<void> {
    await this.docker("image", "tag", image, name);
  }

  /** The id that an image's name has now; `undefined` where there is none. */
  async imageId(image: string): Promise<string | undefined> {
    const run = await this.run(["image", "inspect", "--format", "{{.Id}}", "--", image], {
      timeoutMs: shortCallMs,
    });
    return run.exitCode === 0 ? run.stdout.trim() : undefined;
  }

  async containers(): Promise<ContainerView[]> {
    const run = await this.#short("ps", "--all", "--format", "json");
    return parseContainers(run.stdout);
  }

  async logs(lines: number, sinceMs: number): Promise<string[]> {
    const since = new Date(sinceMs).toISOString();
    const run = await this.#short("logs", "--no-color", "--tail", String(lines), "--since", since);
    return run.stdout.split("\n").slice(0, -1).slice(-lines);
  }

  async stop(): Promise<void> {
    await this.#short("stop");
  }

  /** Removes containers and networks; volumes stay. */
  async remove(): Promise<void> {
    await this.#short("down");
  }

  /** Finds what a person had started under this project's name, by its labels. */
  async findStarted(): Promise<Revision | undefined> {
    const [container] = await this.inspect();
    if (container === undefined) return undefined;
    const projectDir = container.labels["com.docker.compose.project.working_dir"];
    const files = container.labels["com.docker.compose.project.config_files"]?.split(",") ?? [];
    if (projectDir === undefined || files.length === 0 || !files.every((file) => existsSync(file)))
      return undefined;
    return { projectDir, files, images: [], sinceMs: Date.now() };
  }

  /** Whether the engine still has every image of a revision. */
  async hasImages({ images }: Revision): Promise<boolean> {
    if (images.length === 0) return false;
    const run = await this.run(["image", "inspect", "--format", "{{.Id}}", "--", ...images], {
      timeoutMs: shortCallMs,
    });
    return run.exitCode === 0;
  }

  /** Lets go of a revision's images; one that is still in use stays. */
  async removeImages({ images }: Revision): Promise<void> {
    for (const image of images) await this.run(["image", "rm", "--", image], { timeoutMs: shortCallMs });
  }

  /** Runs a docker command on the project's engine; a failing one is an answer. */
  async run(args: readonly string[], options: Partial<DockerOptions> = {}): Promise<ProgramRun> {
    const { values: env = {} } = this.#options;
    return runDocker([...(await this.#place()), ...args], { timeoutMs: longCallMs, env, ...options });
  }

  /** Starts a docker command whose output is more than should be held in memory. */
  async start(args: readonly string[]): Promise<RunningProgram> {
    return startDocker([...(await this.#place()), ...args]);
  }

  async #place(): Promise<string[]> {
    const { reachEngine } = this.#options;
    return reachEngine ? ["--host", await reachEngine()] : [];
  }

  #with({ projectDir, files, sealed }: Pick<Revision, "projectDir" | "files" | "sealed">): string[] {
    // what is sealed has its values in it
    const isSealed = sealed !== undefined && files.includes(sealed);
    const profiles = isSealed ? ["*"] : (this.#options.profiles ?? []);
    const envFiles = (isSealed ? [] : this.#options.envFiles)
      .filter((file) => existsSync(file))
      .flatMap((file) => ["--env-file", file]);
    return [
      "compose",
      "--ansi=never",
      "--progress=plain",
      "--project-name",
      this.#options.project,
      "--project-directory",
      projectDir,
      ...files.flatMap((file) => ["--file", file]),
      // without one Compose would read a .env of the exported tree
      ...(envFiles.length > 0 ? envFiles : ["--env-file", "/dev/null"]),
      ...profiles.flatMap((profile) => ["--profile", profile]),
    ];
  }

  async #short(...args: readonly string[]): Promise<ProgramRun> {
    return this.docker("compose", "--ansi=never", "--project-name", this.#options.project, ...args);
  }

  /** Runs one that has to go well. @throws `docker_failed` */
  async docker(...args: readonly string[]): Promise<ProgramRun> {
    const run = await this.run(args);
    if (run.exitCode !== 0)
      throw unavailable(
        "docker_failed",
        `docker ${args[0] ?? ""} for "${this.#options.project}" failed: ${lastWords(run)}. Try again.`,
        {
          params: { project: this.#options.project, reason: lastWords(run) },
        },
      );
    return run;
  }
}

const Inspected = z.array(
  z.looseObject({
    Id: z.string(),
    Image: z.string(),
    State: z.looseObject({ Running: z.boolean(), Health: z.looseObject({ Status: z.string() }).nullish() }),
    Config: z.looseObject({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
  }),
);
