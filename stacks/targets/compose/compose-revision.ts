import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../durable-file.ts";
import type { ReleaseRef } from "../target.ts";
import { findComposeFiles, linkEnvFiles, stackDir } from "./compose-files.ts";
import type { ComposeProject } from "./compose-project.ts";
import type { Revision } from "./compose-state.ts";
import { lastWords } from "./docker-cli.ts";
import type { HealthSpec } from "./health-proof.ts";
import { commandLabel, ComposeConfig, composeOverride } from "./override.ts";
import { configInvalid, noComposeFile } from "./up-failure.ts";

/** How to bring a stack up: the part of `dockfra.yaml` that a compose target needs. */
export interface ComposeSpec extends HealthSpec {
  readonly project: string;
  /** The stack's own directory: where its data and its `.env` are. */
  readonly ownDir: string;
  /** The stack's directory below a release's tree. */
  readonly releaseSubDir: string;
  /** Compose files in that directory; default: as Compose finds them. */
  readonly files?: readonly string[];
  readonly envFiles: readonly string[];
}

export interface PrepareOptions {
  readonly stack: string;
  /** The stack's own state directory. */
  readonly dir: string;
  readonly spec: ComposeSpec;
  readonly project: ComposeProject;
}

/**
 * Writes down what a release is made of, with its generated file; nothing starts yet.
 * @throws `no_compose_file`, `compose_config_invalid`, `release_missing`
 */
export async function prepareRevision(
  release: ReleaseRef,
  commandId: string,
  { stack, dir, spec, project }: PrepareOptions,
): Promise<Revision> {
  const projectDir = stackDir(release.dir, spec.releaseSubDir);
  const files = findComposeFiles(projectDir, spec.files);
  if (files.length === 0) throw noComposeFile(stack, spec.releaseSubDir, spec.files);
  linkEnvFiles(files, projectDir, spec.ownDir);
  const run = await project.config({ projectDir, files });
  if (run.exitCode !== 0) throw configInvalid(stack, lastWords(run));
  const { releaseId } = release;
  const override = composeOverride(ComposeConfig.parse(JSON.parse(run.stdout)), {
    project: spec.project,
    commandId,
    releaseId,
    releaseDir: projectDir,
    ownDir: spec.ownDir,
  });
  const file = join(dir, `${releaseId}.${commandId}.json`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeDurably(file, override.text);
  return {
    release,
    projectDir,
    files: [...files, file],
    images: override.images,
    mark: { label: `${commandLabel}=${commandId}`, services: override.labelled },
    sinceMs: Date.now(),
  };
}
