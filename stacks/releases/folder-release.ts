import { existsSync } from "node:fs";
import { notFound, type DockfraError } from "../../bus/kernel/errors.ts";
import type { Revision } from "../targets/compose/compose-state.ts";
import type { ReleaseRef } from "../targets/target.ts";

/** What a release has for a commit that a launch made from the project's folder. */
export const folderCommit = "folder";

/** A release that was launched from the project's folder, as a target is told. */
export function folderRelease(stack: string, dir: string, releaseId: string): ReleaseRef {
  return { stack, commit: folderCommit, dir, releaseId };
}

/** Whether a release can come back just as it ran, of those that are kept. */
export function isKept(kept: readonly Revision[], releaseId: string): boolean {
  return kept.some(
    ({ release, sealed }) => release?.releaseId === releaseId && sealed !== undefined && existsSync(sealed),
  );
}

/** Says that a launched release cannot come back: the folder that it came from has changed since. */
export function releaseGone(stack: string, releaseId: string): DockfraError {
  return notFound(
    "release_gone",
    `The release ${releaseId} of "${stack}" is not kept any more: its images or its configuration are gone. See what is: dockfra releases ${stack}`,
    { params: { stack, release: releaseId } },
  );
}
