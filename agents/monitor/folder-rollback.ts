import { DockfraError } from "../../bus/kernel/errors.ts";
import { newId } from "../../bus/kernel/ids.ts";
import { isKept, folderRelease, releaseGone } from "../../stacks/releases/folder-release.ts";
import type { ReleaseRecord } from "../../stacks/releases/release-record.ts";
import { ReleaseStore } from "../../stacks/releases/release-store.ts";
import { loadComposeState, type Revision } from "../../stacks/targets/compose/compose-state.ts";
import { createComposeTarget } from "../../stacks/targets/compose/compose-target.ts";
import { selectTarget, targetDirOf } from "../../stacks/targets/select-target.ts";
import type { Target } from "../../stacks/targets/target.ts";
import { findLaunchStacks, readForLaunch, type LaunchStack } from "./jobs/stack-places.ts";
import { toResult, type ManualResult, type ManualServices, type RollbackRequest } from "./manual-deploys.ts";
import { assertLaneFree } from "./manual-place.ts";
import { chooseRelease } from "./release-list.ts";
import { runRecorded } from "./release-runs.ts";
import type { ProjectReading } from "./stack-service/project-reading.ts";

export interface FolderRollbackParts extends Pick<ManualServices, "root" | "stateDir" | "tell"> {
  /** Absent where nothing is deployed. */
  readonly services?: ManualServices | undefined;
}

/** How long the containers of a stack may take that `dockfra.yaml` does not deploy. */
const healthTimeoutMs = 5 * 60_000;

/**
 * Puts a release back that was launched from the project's folder, with the images and the configuration that it had; nothing where
 * the one that is meant is of a commit.
 * @throws `release_unknown`, `release_gone`, `deploy_lane_busy`
 */
export async function rollbackToLaunch(
  parts: FolderRollbackParts,
  request: RollbackRequest,
): Promise<ManualResult | undefined> {
  const { root, stateDir, services } = parts;
  const reading = await readForLaunch({ root, stateDir });
  const launch = findStack(reading, request.stack, stateDir);
  const stack = launch?.releases;
  if (launch === undefined || stack === undefined) return undefined;
  const { current, kept } = loadComposeState(targetDirOf(stateDir, stack), launch.place.project);
  const mayBeElsewhere = services !== undefined && Object.hasOwn(reading.project.deploy, stack);
  const past = choose(stack, { stateDir, current, wanted: request.release, mayBeElsewhere });
  if (past === undefined || past.commit !== undefined) return undefined;
  if (!isKept(kept, past.id)) throw releaseGone(stack, past.id);
  const mayBegin = async (): Promise<void> => {
    request.signal.throwIfAborted();
    if (mayBeElsewhere) await assertLaneFree(services, stack);
  };
  await mayBegin();
  const target = targetFor(launch, reading, { ...parts, stack });
  const release = folderRelease(stack, launch.place.dir, past.id);
  const change = { release, commandId: `manual.${newId().slice(0, 16)}` };
  const outcome = await runRecorded({ ...change, stateDir, target, mayBegin, by: request.by }, () =>
    target.restore(
      { ...change, ...(request.data === true ? { data: true } : {}) },
      {
        onProgress: request.line,
        ...(request.onPoint ? { onPoint: request.onPoint } : {}),
        ...(request.explain ? { explain: request.explain } : {}),
        ...(request.cancels ? { signal: request.signal } : {}),
      },
    ),
  );
  return toResult(parts, { release, outcome });
}

function findStack(reading: ProjectReading, name: string, stateDir: string): LaunchStack | undefined {
  try {
    return findLaunchStacks(reading, [name], stateDir)[0];
  } catch (error) {
    // a device, or a stack that is only in dockfra.yaml
    if (error instanceof DockfraError && error.code === "stack_unknown") return undefined;
    throw error;
  }
}

/** The deploy lane may know releases of commits that have no record. */
function choose(
  stack: string,
  {
    stateDir,
    current,
    wanted,
    mayBeElsewhere,
  }: {
    readonly stateDir: string;
    readonly current: Revision | undefined;
    readonly wanted: string | undefined;
    readonly mayBeElsewhere: boolean;
  },
): ReleaseRecord | undefined {
  const { releaseId, commit } = current?.release ?? {};
  const now = {
    ...(releaseId === undefined ? {} : { releaseId }),
    ...(commit === undefined ? {} : { commit }),
  };
  try {
    return chooseRelease(stack, new ReleaseStore(stateDir, stack).list(), now, wanted);
  } catch (error) {
    if (mayBeElsewhere && error instanceof DockfraError && error.code === "release_unknown") return undefined;
    throw error;
  }
}

/** As `dockfra.yaml` has it; a stack that is not in it is well when its containers are. */
function targetFor(
  { place, url }: LaunchStack,
  { project }: ProjectReading,
  { root, stateDir, services, stack }: FolderRollbackParts & { readonly stack: string },
): Target {
  const { fetchPage } = services ?? {};
  const reach = fetchPage === undefined ? {} : { fetchPage };
  if (url !== undefined)
    return selectTarget(project, stack, { root, stateDir, engineAvailable: true, ...reach }).target;
  return createComposeTarget({
    stack,
    dir: targetDirOf(stateDir, stack),
    spec: {
      ...{ project: place.project, ownDir: place.dir, releaseSubDir: ".", root },
      ...{ url: "", healthTimeoutMs, envFiles: [], ...reach },
    },
  });
}
