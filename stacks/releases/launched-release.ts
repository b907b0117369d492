import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../bus/kernel/ids.ts";
import type { LaunchPlace } from "../launch/place.ts";
import type { ResolvedProject } from "../launch/resolved-project.ts";
import { ComposeProject } from "../targets/compose/compose-project.ts";
import { loadComposeState, type Revision } from "../targets/compose/compose-state.ts";
import { keepRevision } from "../targets/compose/kept-revisions.ts";
import { noteParts, sealConfig, type ContainerParts } from "../targets/compose/sealed-revision.ts";
import { writeDurably } from "../targets/durable-file.ts";
import { targetDirOf } from "../targets/select-target.ts";
import { serialCommandsOf } from "../targets/serial-commands.ts";
import { folderRelease } from "./folder-release.ts";
import { ReleaseStore } from "./release-store.ts";

/** A launch of one stack that is over. */
export interface LaunchRun {
  readonly stateDir: string;
  /** Under which the stack's releases are listed. */
  readonly name: string;
  readonly place: LaunchPlace;
  readonly project: ResolvedProject;
  readonly by: string;
  readonly startedAtMs: number;
}

/**
 * Notes what was launched as the release that runs, so that it can come back as it is; the very same again stays one release. Gives
 * the release's id.
 */
export function noteLaunched(run: LaunchRun, containers: readonly ContainerParts[]): Promise<string> {
  const { stateDir, name } = run;
  const dir = targetDirOf(stateDir, name);
  const id = newReleaseId();
  return serialCommandsOf<string>(dir).run(id, async () => {
    const { place, by, startedAtMs } = run;
    const store = new ReleaseStore(stateDir, name);
    const project = new ComposeProject({ project: place.project, envFiles: [] });
    const state = loadComposeState(dir, place.project);
    const config = sealConfig(run.project, name);
    const same = state.current && findSame(state.current, config, { store, containers });
    if (same !== undefined && store.again(same)) return same;
    const sealed = join(dir, `${id}.sealed.json`);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeDurably(sealed, config);
    const bare: Revision = {
      ...{ release: folderRelease(name, place.dir, id), projectDir: place.dir, files: [...place.files] },
      ...{ images: [], sealed, sinceMs: startedAtMs },
    };
    const revision = await noteParts(bare, id, { projectName: place.project, project, containers });
    await keepRevision(state, revision, { dir, project });
    const images = Object.entries(revision.parts ?? {}).map(([service, { image, imageId }]) => ({
      ...{ service, image, digest: imageId },
    }));
    store.add(
      { id, by, atMs: startedAtMs, ranAtMs: Date.now(), commandId: id, outcome: "deployed", images },
      { config, images },
    );
    return id;
  });
}

/** Notes a launch that did not come up or was cancelled; what it left is there as it is. */
export function noteFailedLaunch(
  { stateDir, name, project, by, startedAtMs }: LaunchRun,
  outcome: "not_restored" | "cancelled",
  reason: string,
): void {
  const id = newReleaseId();
  const config = sealConfig(project, name);
  const images = Object.entries(project.services).flatMap(([service, { image }]) =>
    image === undefined ? [] : [{ service, image }],
  );
  new ReleaseStore(stateDir, name).add(
    {
      ...{ id, by, atMs: startedAtMs, ranAtMs: Date.now(), commandId: id, outcome, images },
      reason: reason.slice(0, 4_000),
    },
    { config, images },
  );
}

function newReleaseId(): string {
  return `launch.${newId().slice(0, 16)}`;
}

/** The id of the release that runs, where it has the same configuration and its containers the same images. */
function findSame(
  { release, parts = {} }: Revision,
  config: string,
  { store, containers }: { readonly store: ReleaseStore; readonly containers: readonly ContainerParts[] },
): string | undefined {
  if (release === undefined || store.config(release.releaseId) !== config) return undefined;
  const isAsThen = containers.every(({ service, imageId }) => parts[service]?.imageId === imageId);
  return isAsThen ? release.releaseId : undefined;
}
