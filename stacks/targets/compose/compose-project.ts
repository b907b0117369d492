import { existsSync } from "node:fs";
import { z } from "zod";
import { unavailable } from "../../../bus/kernel/errors.ts";
import type { ProgramRun } from "../../processes/program-run.ts";
import type { Revision } from "./compose-state.ts";
import { parseContainers, type ContainerView } from "./containers.ts";
import { lastWords, runDocker, type DockerOptions } from "./docker-cli.ts";

const shortCallMs = 30_000;

export interface ComposeProjectOptions {
  readonly project: string;
  /** Read in this order, where they exist; later ones win. */
  readonly envFiles: readonly string[];
}

export interface UpOptions extends DockerOptions {
  readonly build: boolean;
  readonly waitMs: number;
}

/** One Compose project on the engine, spoken to by the `docker compose` command only. */
export class ComposeProject {
  readonly #options: ComposeProjectOptions;

  constructor(options: ComposeProjectOptions) {
    this.#options = options;
  }

  /** The resolved configuration as JSON text, or what Compose has against it. */
  async config(revision: Pick<Revision, "projectDir" | "files">): Promise<ProgramRun> {
    return runDocker([...this.#with(revision), "config", "--format", "json"], { timeoutMs: shortCallMs });
  }

  /** Brings a revision up and waits for its containers; the exit code says how it went. */
  async up(revision: Revision, { build, waitMs, ...options }: UpOptions): Promise<ProgramRun> {
    const seconds = String(Math.ceil(waitMs / 1_000));
    const flags = ["--detach", build ? "--build" : "--no-build", "--wait", "--wait-timeout", seconds];
    return runDocker([...this.#with(revision), "up", ...flags], options);
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
    const ids = (
      await this.#docker(
        "ps",
        "--quiet",
        "--filter",
        `label=com.docker.compose.project=${this.#options.project}`,
      )
    ).stdout
      .split("\n")
      .filter(Boolean);
    const id = ids[0];
    if (id === undefined) return undefined;
    const [container] = Inspected.parse(
      JSON.parse((await this.#docker("inspect", "--type", "container", "--", id)).stdout),
    );
    const projectDir = container?.Config.Labels["com.docker.compose.project.working_dir"];
    const files = container?.Config.Labels["com.docker.compose.project.config_files"]?.split(",") ?? [];
    if (projectDir === undefined || files.length === 0 || !files.every((file) => existsSync(file)))
      return undefined;
    return { projectDir, files, images: [], sinceMs: Date.now() };
  }

  /** Whether the engine still has every image of a revision. */
  async hasImages({ images }: Revision): Promise<boolean> {
    if (images.length === 0) return false;
    const run = await runDocker(["image", "inspect", "--format", "{{.Id}}", "--", ...images], {
      timeoutMs: shortCallMs,
    });
    return run.exitCode === 0;
  }

  /** Lets go of a revision's images; one that is still in use stays. */
  async removeImages({ images }: Revision): Promise<void> {
    for (const image of images) await runDocker(["image", "rm", "--", image], { timeoutMs: shortCallMs });
  }

  #with({ projectDir, files }: Pick<Revision, "projectDir" | "files">): string[] {
    const envFiles = this.#options.envFiles
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
    ];
  }

  async #short(...args: readonly string[]): Promise<ProgramRun> {
    return this.#docker("compose", "--ansi=never", "--project-name", this.#options.project, ...args);
  }

  async #docker(...args: readonly string[]): Promise<ProgramRun> {
    const run = await runDocker(args, { timeoutMs: shortCallMs });
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
  z.looseObject({ Config: z.looseObject({ Labels: z.record(z.string(), z.string()) }) }),
);
